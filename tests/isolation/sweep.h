// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "tests/isolation/access.h"
#include "tests/isolation/rig.h"

/// What becomes of single accesses of a guest.
namespace trivet::tests {

enum class Outcome : std::uint8_t {
  kTrapped,    ///< An exit.
  kUndefined,  ///< The guest's own vectors, EC 0.
  kGuestTrap,  ///< The guest's own vectors, another class: what its EL1 forbids its EL0.
  kPerformed,
  kFaulted,  ///< It accessed memory outside the window: an exit.
  kHung,     ///< Performed, and the guest did not return from it.
  kOther,    ///< None of the above.
};
inline constexpr unsigned kOutcomes = 7;
/// "trapped", "undefined" ...
const char* ToString(Outcome outcome);

/// Writes the code of every access for a guest at EL1 or EL0 into the window.
void WriteAccessCode(std::uint64_t pstate);

/// What the access takes from and leaves in x0.
struct Attempt {
  Outcome outcome;
  std::uint64_t result;
};
/// Lets the rig's guest make the access with `value` in x0, at the level that WriteAccessCode() was
/// called for. Afterwards the guest's controls are as ResetGuestControls() makes them.
Attempt Try(IsolationRig& rig, Access access, std::uint64_t pstate, std::uint64_t value);

/// What a guest writes by `access`: for registers a number that differs from any other's, without
/// the bit that would enable translation or the virtual timer; for instructions an address in the
/// window.
std::uint64_t ValueFor(Access access);

}  // namespace trivet::tests
