// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// One line of a trace in the text format "elx-trace 1".
namespace trivet::lab {

enum class LineKind : std::uint8_t { kNothing, kMemory, kWrite, kRead, kExecute };

/// What stands behind "=>".
struct Expectation {
  enum class Kind : std::uint8_t { kNone, kUnchecked, kCompletes, kException };

  Kind kind = Kind::kNone;
  std::optional<std::uint64_t> x0;  ///< kCompletes: the value read.
  unsigned el = 0;                  ///< kException, from here on.
  std::uint64_t offset = 0;
  bool elr_is_pc = false;  ///< "elr=PC": the instruction or the one after it.
  std::optional<std::uint64_t> esr, elr, spsr, far, hpfar, pst;
};

struct TraceLine {
  LineKind kind = LineKind::kNothing;
  std::string_view level;   ///< "el2h", "el0", ...; "svc" and "usr" are AArch32 modes.
  std::string_view name;    ///< Register, or mnemonic with its register operands: "ldr x5,[x1]".
  std::uint64_t value = 0;  ///< Value written, immediate, or what M stores.
  std::uint64_t address = 0;
  std::optional<std::uint64_t> x1, daif;
  bool irq = false, fiq = false;
  Expectation expected;
};

/// Views into `text`. On a malformed line returns false and sets error.
bool ParseTraceLine(std::string_view text, TraceLine& line, std::string& error);

}  // namespace trivet::lab
