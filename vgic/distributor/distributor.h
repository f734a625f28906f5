// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/interrupt_registers.h"
#include "vgic/distributor/owners.h"

namespace trivet::vgic {

/// One guest's view of the physical Distributor of a GICv3 or GICv2 at `base`: its own interrupts,
/// its own CPUs, and an enable of its own. Calls that share a Distributor are serialized by the
/// caller; at EL2, and for a GICv2 on the CPU of the vCPU that accesses it: the registers of its
/// SGIs and PPIs are banked there.
template <GicMemory M, class Architecture>
class GuestDistributor {
 public:
  static constexpr unsigned kWords = 32;

  /// `own`: the SGIs and PPIs of its CPUs that are the guest's, for a GICv2.
  constexpr GuestDistributor(std::uintptr_t base, const OwnerTable& owners, GuestNumber guest,
                             GuestCpus cpus, std::uint32_t own = 0)
      : base_(base), owners_(owners), guest_(guest), cpus_(cpus), own_(own) {}

  /// As after a reset: the guest's Distributor is off, its SPIs disabled, not pending, in Group 1.
  void Reset() {
    control_ = 0;
    for (unsigned word = 1; word < kWords; ++word) {
      saved_[word] = 0;
      if (const std::uint32_t own = Own(word); own != 0) {
        M::Write32(base_ + gic::kIcenabler + word * 4, own);
        M::Write32(base_ + kIcpendr + word * 4, own);
        const std::uintptr_t groups = base_ + gic::kIgroupr + word * 4;
        M::Write32(groups, M::Read32(groups) | own);
      }
    }
  }

  /// What a load of `vcpu`, a number of the list of CPUs, reads; a GICv3 answers all alike. What
  /// the guest does not have: 0.
  std::uint64_t Read(RegisterAccess access, unsigned vcpu = 0) const {
    if (access.offset < gic::kIgroupr || access.offset >= Architecture::kIdentification) {
      const bool word = access.bytes == 4 && access.offset % 4 == 0;
      return word && access.offset < Architecture::kSize ? ReadControl(access.offset) : 0;
    }
    if (IsKept(access)) return saved_[Word(access)];
    if (Architecture::IsRoute(access)) return Architecture::ReadRoute(*this, access, vcpu);
    return Registers().Read(access);
  }
  void Write(RegisterAccess access, std::uint64_t value) {
    const auto word = static_cast<std::uint32_t>(value);
    if (access.offset == 0 && access.bytes == 4) return SetControl(word);
    if (access.offset >= Architecture::kIdentification) return;
    if (IsKept(access)) return Keep(access, word);
    if (Architecture::IsRoute(access)) return Architecture::WriteRoute(*this, access, value);
    Registers().Write(access, word);
  }

  /// Makes an edge pending again that no vCPU has taken; a level comes again by itself.
  void Return(unsigned intid) const {
    const std::uint32_t kinds = M::Read32(base_ + gic::kIcfgr + intid / 16 * 4);
    if ((kinds >> intid % 16 * 2 & 2) == 0) return;
    M::Write32(base_ + gic::kIspendr + intid / 32 * 4, 1u << intid % 32);
  }

  /// As PriorityIn(); of a GICv2's SGIs and PPIs those of the CPU that calls.
  std::uint8_t PriorityOf(unsigned intid) const { return PriorityIn<M>(base_, intid); }

  /// False while the guest has its Distributor off.
  bool IsOn() const { return (control_ & Architecture::kOn) != 0; }

  // For Architecture.
  bool Has(unsigned intid) const { return intid < kIntids && (Own(intid / 32) >> intid % 32 & 1); }
  const GuestCpus& cpus() const { return cpus_; }
  std::uintptr_t base() const { return base_; }

 private:
  static constexpr std::uint32_t kIcpendr = 0x280;
  static constexpr std::uint32_t kCtlr = 0, kTyper = 4, kIidr = 8;

  std::uint32_t Own(unsigned word) const { return word == 0 ? own_ : owners_.WordOf(guest_, word); }
  auto Registers() const {
    const auto own = [this](unsigned word) { return Own(word); };
    return InterruptRegisters<M, decltype(own)>(base_, own);
  }

  std::uint32_t ReadControl(std::uint32_t offset) const {
    if (offset >= Architecture::kIdentification) return M::Read32(base_ + offset);
    switch (offset) {
      case kCtlr: return control_ | (M::Read32(base_ + kCtlr) & Architecture::kShown);
      case kTyper:
        return Architecture::TyperOf(M::Read32(base_ + kTyper), cpus_.size(),
                                     owners_.HasLpis(guest_));
      case kIidr: return M::Read32(base_ + kIidr);
      default: return 0;
    }
  }

  // While the Distributor is off for the guest, its SPIs are disabled at the physical one, and what
  // it enabled is kept here.

  static constexpr unsigned Word(RegisterAccess access) { return access.offset % 0x80 / 4; }
  bool IsKept(RegisterAccess access) const {
    const bool enables = access.offset >= gic::kIsenabler && access.offset < gic::kIspendr;
    return enables && access.bytes == 4 && access.offset % 4 == 0 && Word(access) != 0 && !IsOn();
  }
  void Keep(RegisterAccess access, std::uint32_t value) {
    std::uint32_t& saved = saved_[Word(access)];
    const std::uint32_t bits = value & Own(Word(access));
    saved = access.offset < gic::kIcenabler ? saved | bits : saved & ~bits;
  }
  void SetControl(std::uint32_t value) {
    const bool was_on = IsOn();
    control_ = value & Architecture::kEnables;
    if (IsOn() == was_on) return;
    for (unsigned word = 1; word < kWords; ++word) {
      const std::uint32_t own = Own(word);
      if (own == 0) continue;
      const std::uintptr_t enables = base_ + gic::kIsenabler + word * 4;
      if (IsOn()) {
        M::Write32(enables, saved_[word]);
      } else {
        saved_[word] = M::Read32(enables) & own;
        M::Write32(base_ + gic::kIcenabler + word * 4, own);
      }
    }
  }

  const std::uintptr_t base_;
  const OwnerTable& owners_;
  const GuestNumber guest_;
  const GuestCpus cpus_;
  const std::uint32_t own_;
  std::uint32_t control_ = 0;
  std::array<std::uint32_t, kWords> saved_ = {};
};

}  // namespace trivet::vgic
