// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/register_id.h"
#include "hal/register_info.h"
#include "tests/isolation/marker.h"

/// The registers of the host that guests run under: marked before, compared afterwards. An nVHE
/// host at EL2.
namespace trivet::tests {

/// Gives each register that EL1 and EL0 use, and each register of EL2 that has no effect on a host
/// which runs no guest, a value of its own: kMarker and the register's number, as far as its bits
/// can be written. Lets EL2 use SVE and SME. Interrupts masked.
void MarkHostRegisters();
/// The same for V0 to V31.
void MarkVectorRegisters();
/// Whether V0 to V31 are as MarkVectorRegisters() made them.
bool VectorRegistersAreMarked();

/// Every described register of this CPU that can be read without a side effect; under a VHE host an
/// EL1 register by its EL12 name.
class HostRegisters {
 public:
  void Take();
  unsigned count() const { return count_; }
  /// Calls report(info, before, after) for each register that differs and does not move by itself.
  template <class Report>
  void Compare(const HostRegisters& after, Report report) const {
    for (unsigned i = 0; i < hal::kRegisterCount; ++i) {
      const auto id = static_cast<hal::RegisterId>(i);
      if (values_[i] != after.values_[i] && !Moves(id)) {
        report(hal::InfoOf(id), values_[i], after.values_[i]);
      }
    }
  }

 private:
  static bool Moves(hal::RegisterId id);

  std::uint64_t values_[hal::kRegisterCount] = {};
  unsigned count_ = 0;
};

}  // namespace trivet::tests
