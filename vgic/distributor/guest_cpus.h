// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <span>

/// The CPUs of a guest, as the guest and as the machine name them.
namespace trivet::vgic {

/// One vCPU and the CPU that it stays on.
struct GuestCpu {
  std::uint64_t guest_affinity;      ///< As in its MPIDR_EL1: Aff3 in bits 39:32.
  std::uint64_t affinity;            ///< Of the CPU.
  std::uintptr_t redistributor = 0;  ///< GICv3: its RD frame, the SGI frame 64 KiB behind.
  std::uint8_t interface = 0;        ///< GICv2: its CPU interface number.
};

/// At most 8 with a GICv2; numbers of vCPUs are places in the list.
class GuestCpus {
 public:
  static constexpr unsigned kMost = 32;

  constexpr explicit GuestCpus(std::span<const GuestCpu> cpus)
      : cpus_(cpus.first(cpus.size() < kMost ? cpus.size() : kMost)) {}

  constexpr unsigned size() const { return static_cast<unsigned>(cpus_.size()); }
  constexpr const GuestCpu& operator[](unsigned i) const { return cpus_[i]; }

  constexpr const GuestCpu* ByGuestAffinity(std::uint64_t affinity) const {
    for (const GuestCpu& cpu : cpus_) {
      if (cpu.guest_affinity == affinity) return &cpu;
    }
    return nullptr;
  }
  constexpr const GuestCpu* ByAffinity(std::uint64_t affinity) const {
    for (const GuestCpu& cpu : cpus_) {
      if (cpu.affinity == affinity) return &cpu;
    }
    return nullptr;
  }
  /// A guest's mask of CPU interfaces as the machine's, and the reverse. [gic2] GICD_ITARGETSR.
  constexpr std::uint8_t InterfacesOf(std::uint8_t guest_mask) const {
    unsigned mask = 0;
    for (unsigned i = 0; i < size() && i < 8; ++i) {
      if ((guest_mask >> i & 1) != 0) mask |= 1u << cpus_[i].interface;
    }
    return static_cast<std::uint8_t>(mask);
  }
  constexpr std::uint8_t GuestMaskOf(std::uint8_t interfaces) const {
    unsigned mask = 0;
    for (unsigned i = 0; i < size() && i < 8; ++i) {
      if ((interfaces >> cpus_[i].interface & 1) != 0) mask |= 1u << i;
    }
    return static_cast<std::uint8_t>(mask);
  }

 private:
  std::span<const GuestCpu> cpus_;
};

}  // namespace trivet::vgic
