// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Scenarios: what one instruction, or an interrupt in its place, does in a prepared state, and the
/// results of several engines. One JSON document:
///
///   {"scenarios": [{"name", "setup": [trace line, ...], "insn", "x1"}, ...],
///    "results": {configuration: {scenario: result or null, ...}, ...}}
namespace trivet::lab {

struct Scenario {
  std::string name;
  std::vector<std::string> setup;  ///< Lines in the format "elx-trace 1".
  std::uint32_t word = 0;          ///< The instruction's encoding.
  std::uint64_t x1 = 0;

  // Decoded from the name. Its words are separated by "_".
  std::string level;       ///< As TraceLine::level: "el1h", "svc", ...
  std::uint64_t daif = 0;  ///< PSTATE.DAIF, in place.
  bool irq = false, fiq = false;
};

/// What an engine saw. Numbers that are absent were not recorded.
struct EngineResult {
  enum class Kind : std::uint8_t {
    kNone,       ///< The engine has no result.
    kCompletes,  ///< No exception.
    kLands,      ///< An exception return arrived; spsr is PSTATE there.
    kException,
  };
  Kind kind = Kind::kNone;
  unsigned el = 0;       ///< kException, from here on.
  bool aarch32 = false;  ///< Taken in AArch32 state.
  std::optional<std::uint64_t> vector, esr, elr, spsr, far, hpfar, pstate;

  friend bool operator==(const EngineResult&, const EngineResult&) = default;
};

struct Scenarios {
  std::vector<Scenario> list;
  /// By configuration: "qemu:NAME" for a CPU or "sail:v8.N" for a level, "+el3" with EL3; then by
  /// the scenario's name.
  std::map<std::string, std::map<std::string, EngineResult>> results;
};

/// Throws Violation, with the place, for text that is no such document.
Scenarios ParseScenarios(std::string_view text);

}  // namespace trivet::lab
