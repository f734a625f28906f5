// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/distributor/guest_cpus.h"
#include "vgic/distributor/interrupt_registers.h"

namespace trivet::vgic {

/// The Redistributors of one guest, GICv3: 128 KiB for each of its CPUs, in the order of the list.
/// `own` are the SGIs and PPIs of these CPUs that are the guest's. Where it has the machine's LPIs,
/// its tables for them are the physical ones: the GIC reads and writes them at addresses that are
/// not translated. [gic] "GICR_*". Calls for one guest are serialized by the caller; at EL2.
template <GicMemory M>
class GuestRedistributors {
 public:
  static constexpr std::uint32_t kFrame = 0x1'0000, kSize = 2 * kFrame;

  constexpr GuestRedistributors(GuestCpus cpus, std::uint32_t own, bool has_lpis = false)
      : cpus_(cpus), own_(own), has_lpis_(has_lpis) {}

  /// What a load reads, at an offset from the first frame. Beyond the last frame: 0.
  std::uint64_t Read(RegisterAccess access) const {
    const unsigned cpu = access.offset / kSize;
    if (cpu >= cpus_.size()) return 0;
    const std::uint32_t offset = access.offset % kSize;
    if (offset >= kFrame) return Registers(cpu).Read({offset - kFrame, access.bytes});
    return ReadControl(cpu, {offset, access.bytes});
  }
  void Write(RegisterAccess access, std::uint64_t value) {
    const unsigned cpu = access.offset / kSize;
    if (cpu >= cpus_.size()) return;
    const std::uint32_t offset = access.offset % kSize;
    const auto word = static_cast<std::uint32_t>(value);
    if (offset >= kFrame) return Registers(cpu).Write({offset - kFrame, access.bytes}, word);
    if (IsTable({offset, access.bytes})) return WriteTable(cpu, {offset, access.bytes}, value);
    if (access.bytes != 4) return;
    if (offset == kWaker) {
      awake_ = (word & kProcessorSleep) != 0 ? awake_ & ~(1u << cpu) : awake_ | 1u << cpu;
    } else if (offset == kCtlr && has_lpis_) {
      const std::uintptr_t control = cpus_[cpu].redistributor + kCtlr;
      M::Write32(control, (M::Read32(control) & ~kEnableLpis) | (word & kEnableLpis));
    }
  }
  /// As PriorityIn(): an SGI or PPI of this CPU of the list.
  std::uint8_t PriorityOf(unsigned cpu, unsigned intid) const {
    return PriorityIn<M>(cpus_[cpu].redistributor + kFrame, intid);
  }

 private:
  static constexpr std::uint32_t kCtlr = 0, kIidr = 4, kTyper = 8, kWaker = 0x14;
  static constexpr std::uint32_t kPropbaser = 0x70, kPendbaser = 0x78;
  static constexpr std::uint32_t kEnableLpis = 1 << 0;
  /// GICR_TYPER.{PLPIS, Processor_Number, CommonLPIAff}: what commands of an ITS name.
  static constexpr std::uint64_t kOfLpis = 1 << 0 | 0xffff << 8 | 3 << 24;
  static constexpr std::uint32_t kProcessorSleep = 1 << 1, kChildrenAsleep = 1 << 2;
  static constexpr std::uint32_t kWritesPending = 1u << 31 | 1u << 3;  // GICR_CTLR.{UWP, RWP}

  auto Registers(unsigned cpu) const {
    const auto own = [private_interrupts = own_](unsigned word) {
      return word == 0 ? private_interrupts : 0;
    };
    return InterruptRegisters<M, decltype(own)>(cpus_[cpu].redistributor + kFrame, own);
  }
  /// GICR_PROPBASER or GICR_PENDBASER, or a half of it.
  bool IsTable(RegisterAccess access) const {
    const bool inside = access.offset >= kPropbaser && access.offset < kPendbaser + 8;
    return has_lpis_ && inside && access.bytes >= 4 && access.offset % access.bytes == 0;
  }
  std::uint64_t ReadTable(unsigned cpu, RegisterAccess access) const {
    const std::uintptr_t at = cpus_[cpu].redistributor + access.offset;
    return access.bytes == 8 ? M::Read64(at) : M::Read32(at);
  }
  void WriteTable(unsigned cpu, RegisterAccess access, std::uint64_t value) const {
    const std::uintptr_t at = cpus_[cpu].redistributor + access.offset;
    if (access.bytes == 8) return M::Write64(at, value);
    M::Write32(at, static_cast<std::uint32_t>(value));
  }
  /// No virtual LPIs, LPIs by registers; the guest's affinity and number; the last one says so.
  std::uint64_t TyperOf(unsigned cpu) const {
    const std::uint64_t affinity = cpus_[cpu].guest_affinity;
    const std::uint64_t packed = (affinity >> 32 & 0xff) << 24 | (affinity & 0xff'ffff);
    const std::uint64_t last = cpu + 1 == cpus_.size() ? 1 << 4 : 0;
    const std::uint64_t number = has_lpis_ ? M::Read64(cpus_[cpu].redistributor + kTyper) & kOfLpis
                                           : std::uint64_t{cpu} << 8;
    return packed << 32 | number | last;
  }
  std::uint64_t ReadControl(unsigned cpu, RegisterAccess access) const {
    if (access.offset == kTyper && access.bytes == 8) return TyperOf(cpu);
    if (IsTable(access)) return ReadTable(cpu, access);
    if (access.bytes != 4) return 0;
    const std::uintptr_t base = cpus_[cpu].redistributor;
    switch (access.offset) {
      case kCtlr: return M::Read32(base + kCtlr) & (kWritesPending | (has_lpis_ ? kEnableLpis : 0));
      case kTyper: return TyperOf(cpu) & 0xffff'ffff;
      case kTyper + 4: return TyperOf(cpu) >> 32;
      case kWaker: return (awake_ >> cpu & 1) != 0 ? 0 : kProcessorSleep | kChildrenAsleep;
      case kIidr:
      case gic::kPidr2: return M::Read32(base + access.offset);
      default: return 0;
    }
  }

  const GuestCpus cpus_;
  const std::uint32_t own_;
  const bool has_lpis_;
  std::uint32_t awake_ = 0;  ///< Bit n: CPU n cleared GICR_WAKER.ProcessorSleep.
};

}  // namespace trivet::vgic
