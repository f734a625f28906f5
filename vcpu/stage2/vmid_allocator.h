// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/broadcast_tlbi.h"
#include "percpu/hcr_policy.h"

namespace trivet::vcpu {

/// VMIDs of guests, 1 to `kMost`. A guest keeps its VMID for as long as it lives; one that was
/// given back is used again after a roll-over only, one TLB invalidation for all of them. Not
/// thread-safe.
template <std::uint16_t kMost = 255>
class VmidAllocator {
 public:
  /// A VMID that no TLB of the inner shareable domain holds anything of. At EL2. Errors:
  /// kInvalidArgument (all are in use).
  Result<std::uint16_t> Allocate() {
    std::uint32_t vmid = Next();
    if (vmid > kMost) {
      RollOver();
      vmid = Next();
    }
    if (vmid > kMost) return unexpected(Status::kInvalidArgument);
    Mark(in_use_, vmid, true);
    Mark(cached_, vmid, true);
    next_ = vmid + 1;
    return static_cast<std::uint16_t>(vmid);
  }

  /// Gives a VMID of Allocate() back. No CPU has a guest with it loaded.
  void Free(std::uint16_t vmid) { Mark(in_use_, vmid, false); }

  /// The highest VMID of the calling CPU: 255 or 65535. [arm-arm] ID_AA64MMFR1_EL1.VMIDBits.
  static std::uint16_t MostOfCpu() { return percpu::CpuHas(hal::Feature::kVmid16) ? 0xffff : 0xff; }

 private:
  using Bits = std::uint64_t[kMost / 64 + 1];

  static bool Has(const Bits& bits, std::uint32_t vmid) {
    return (bits[vmid / 64] >> vmid % 64 & 1) != 0;
  }
  static void Mark(Bits& bits, std::uint32_t vmid, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << vmid % 64;
    bits[vmid / 64] = on ? bits[vmid / 64] | bit : bits[vmid / 64] & ~bit;
  }
  /// The next VMID that no guest has had since the last roll-over; kMost + 1: none.
  std::uint32_t Next() const {
    std::uint32_t vmid = next_;
    while (vmid <= kMost && (Has(in_use_, vmid) || Has(cached_, vmid))) ++vmid;
    return vmid;
  }
  /// [arm-arm] TLBI ALLE1IS: every VMID, with those in use, which walk again.
  void RollOver() {
    hal::Cpu::Dsb<hal::Domain::kInnerShareable>();
    percpu::InvalidateEverywhere<hal::Tlbi::kAllE1Is>();
    hal::Cpu::Isb();
    for (std::size_t i = 0; i < kMost / 64 + 1; ++i) cached_[i] = in_use_[i];
    next_ = 1;
  }

  Bits in_use_ = {};
  Bits cached_ = {};  ///< A TLB may hold something of it.
  std::uint32_t next_ = 1;
};

}  // namespace trivet::vcpu
