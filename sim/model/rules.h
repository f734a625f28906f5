// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "hal/exception_class.h"
#include "hal/register_id.h"
#include "sim/model/access.h"

/// The trap rules of sim/model/rules.def and fine_grained.def, compiled.
namespace trivet::sim {

class Model;

enum class Direction : std::uint8_t { kRead = 1, kWrite = 2, kBoth = 3 };

/// Where HCR_EL2.{E2H, TGE} put the software.
enum class HostState : std::uint8_t {
  kAny,
  kGuest,     ///< Not {1, 1}: EL0 and EL1 belong to a guest, or to an nVHE host.
  kHost,      ///< {1, 1}: EL0 is the EL2 host's application.
  kE2hClear,  ///< {0, x}
  kE2hSet,    ///< {1, x}
  kE2hGuest,  ///< {1, 0}
};

constexpr bool IsIn(HostState host_state, bool e2h, bool tge) {
  switch (host_state) {
    case HostState::kAny: return true;
    case HostState::kGuest: return !(e2h && tge);
    case HostState::kHost: return e2h && tge;
    case HostState::kE2hClear: return !e2h;
    case HostState::kE2hSet: return e2h;
    case HostState::kE2hGuest: return e2h && !tge;
  }
  return false;
}

enum class Condition : std::uint8_t { kIs, kIsNot, kIsEven };

/// kToEl1 means EL2 when HCR_EL2.TGE takes EL0's exceptions there.
enum class Target : std::uint8_t { kToEl1, kToEl2 };

struct Rule {
  hal::RegisterId control;  ///< As stored.
  hal::RegisterId layout;   ///< The description that the mask is of.
  std::uint64_t mask;       ///< The field or fields, in place.
  std::uint64_t value;      ///< To compare with, in place.
  Condition condition;
  Direction direction;
  std::uint8_t from;  ///< Bit n: from ELn.
  HostState host_state;
  Target target;
  hal::ExceptionClass ec;
  bool aarch64_only = false;  ///< Fine-grained traps: not from AArch32 state.

  constexpr bool Holds(std::uint64_t control_value) const {
    const std::uint64_t field = control_value & mask;
    switch (condition) {
      case Condition::kIs: return field == value;
      case Condition::kIsNot: return field != value;
      // The lowest bit of the field is clear.
      case Condition::kIsEven: return (field & mask & (~mask + 1)) == 0;
    }
    return false;
  }
};

/// Rules by AccessId::index(), in the order of checking: those of rules.def, then the fine-grained
/// traps. Throws Violation when a line names what neither the register descriptions nor
/// operations.def describes. `edit`, when given, is called with each rule of rules.def and its
/// line's index before it is stored.
using RuleEdit = std::function<void(unsigned line, Rule& rule)>;
std::vector<std::vector<Rule>> CompileRules(const RuleEdit& edit = nullptr);

/// Number of lines in rules.def, and the text of one, for messages.
unsigned RuleLines();
std::string RuleText(unsigned line);

/// What fine_grained.def leaves out, or says twice, of the fields that its registers have; empty.
std::string FineGrainedGaps();

}  // namespace trivet::sim
