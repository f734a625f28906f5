// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "platforms/few_of.h"
#include "platforms/machine/description.h"
#include "vgic/distributor/owners.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// The PPIs of EL2 itself, which no guest has. [bsa] "PPI assignments".
inline constexpr std::uint32_t kMaintenance = 25, kEl2Timer = 26, kEl2VirtualTimer = 28;
/// The SGIs and PPIs of a guest's CPUs that are the guest's.
inline constexpr std::uint32_t kGuestPrivate =
    ~(1u << kMaintenance | 1u << kEl2Timer | 1u << kEl2VirtualTimer);

/// How the guests of a machine divide its GIC. Lives as long as they do.
struct GicPartition {
  OwnerTable owners;
  std::atomic_flag busy = {};  ///< A guest's access of the physical registers is being answered.
  /// LPIs that a vCPU had when it stopped: those that another one of the guest takes.
  platforms::FewOf<ListRegister, 16> lpis = {};
  std::atomic<bool> has_lpis = false;
};

/// Addresses that a guest's stage 2 leaves unmapped, with room for the caller's.
using Holes = platforms::FewOf<platforms::MemoryRange, 32>;

/// Makes the edges pending again that `manager` has and its stopped vCPU did not take. A level
/// comes again by itself.
template <class Manager, class Distributor>
void ReturnEdges(Manager& manager, const Distributor& distributor) {
  manager.ForEach([&](ListRegister value) {
    const bool is_spi = value.hw() && value.pintid() >= kPrivateIntids;
    if (is_spi && IsPending(value)) distributor.Return(value.pintid());
  });
}

/// The time of such an access: one after the other. At EL2, interrupts masked.
class GicAccess {
 public:
  explicit GicAccess(GicPartition& partition) : partition_(partition) {
    while (partition_.busy.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~GicAccess() { partition_.busy.clear(std::memory_order_release); }
  GicAccess(const GicAccess&) = delete;
  GicAccess& operator=(const GicAccess&) = delete;

 private:
  GicPartition& partition_;
};

}  // namespace trivet::vgic
