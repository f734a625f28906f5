// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <utility>
#include <vector>

#include "sim/memory/tlb.h"

namespace trivet::sim {

/// One TLB maintenance instruction.
struct Maintenance {
  hal::Tlbi operation;
  std::uint64_t vmid;
};

/// Broadcast maintenance that other PEs have completed, and that this PE's next walk sees. Any
/// thread may send.
class TlbInbox {
 public:
  void Send(const Maintenance& maintenance) {
    const std::scoped_lock lock(mutex_);
    arrived_.push_back(maintenance);
    any_.store(true, std::memory_order_release);
  }
  void Apply(Tlb& tlb) {
    if (!any_.load(std::memory_order_acquire)) return;
    const std::scoped_lock lock(mutex_);
    for (const Maintenance& m : std::exchange(arrived_, {})) tlb.Complete(m.operation, m.vmid);
    any_.store(false, std::memory_order_relaxed);
  }

 private:
  std::atomic<bool> any_ = false;
  std::mutex mutex_;
  std::vector<Maintenance> arrived_;
};

}  // namespace trivet::sim
