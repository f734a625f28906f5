// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/register_id.h"

namespace trivet::tests {

/// Every described register that EL2 can read without a side effect, by all its names: with E2H an
/// EL1 register by its _EL12 name.
class RegisterSnapshot {
 public:
  /// Reads this CPU's registers. At EL2, interrupts masked.
  void Take();
  unsigned count() const { return count_; }

  struct Comparison {
    unsigned changed = 0;  ///< Registers that differ and must not.
    unsigned excused = 0;  ///< Registers that differ and may.
  };
  /// Calls report(name, before, after, reason or null) for each register that differs.
  template <class Report>
  static Comparison Compare(const RegisterSnapshot& before, const RegisterSnapshot& after,
                            Report report) {
    Comparison result;
    for (unsigned i = 0; i < hal::kRegisterCount; ++i) {
      if (before.values_[i] == after.values_[i]) continue;
      const char* const excuse = ExcuseFor(static_cast<hal::RegisterId>(i));
      ++(excuse != nullptr ? result.excused : result.changed);
      report(static_cast<hal::RegisterId>(i), before.values_[i], after.values_[i], excuse);
    }
    return result;
  }

 private:
  /// Why the register may differ after the firmware ran; null: it may not.
  static const char* ExcuseFor(hal::RegisterId id);

  std::uint64_t values_[hal::kRegisterCount] = {};
  unsigned count_ = 0;
};

}  // namespace trivet::tests
