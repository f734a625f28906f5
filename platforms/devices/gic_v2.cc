// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/devices/gic_v2.h"

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/devices/mmio.h"

// Offsets and bits: [gic2] IHI 0048, chapter 4.
namespace trivet::platforms {
namespace {

// Distributor.
constexpr std::uintptr_t kGicdCtlr = 0x000;
constexpr std::uintptr_t kGicdTyper = 0x004;
constexpr std::uint32_t kSecurityExtn = 1u << 10;
constexpr std::uintptr_t kGicdIgroupr = 0x080;
constexpr std::uintptr_t kGicdIsenabler = 0x100;
constexpr std::uintptr_t kGicdIcenabler = 0x180;
constexpr std::uintptr_t kGicdIcpendr = 0x280;
constexpr std::uintptr_t kGicdIpriorityr = 0x400;
constexpr std::uintptr_t kGicdItargetsr = 0x800;
constexpr std::uintptr_t kGicdSgir = 0xf00;
constexpr std::uint32_t kTargetList = 16;  // GICD_SGIR: 8 bits from here
constexpr std::uintptr_t kGicdCpendsgir = 0xf10;

// CPU interface.
constexpr std::uintptr_t kGiccCtlr = 0x00;
constexpr std::uintptr_t kGiccPmr = 0x04;
constexpr std::uintptr_t kGiccBpr = 0x08;
constexpr std::uintptr_t kGiccIar = 0x0c;
constexpr std::uintptr_t kGiccEoir = 0x10;
constexpr std::uintptr_t kGiccHppir = 0x18;

// GICD_CTLR and GICC_CTLR: bit 0 enables Group 1 in the non-secure view. The other view has bits
// for both groups, and in GICC_CTLR one for IAR to acknowledge both (AckCtl) and one that signals
// Group 0 as FIQ (FIQEn).
constexpr std::uint32_t kEnable = 1;
constexpr std::uint32_t kEnableBothGroups = 3;
constexpr std::uint32_t kEnableBothGroupsOneAsFiq = kEnableBothGroups | 1u << 2 | 1u << 3;

// Four interrupts a word. Interrupts of the lowest priority are below kPriorityMask.
constexpr std::uint32_t kMiddlePriorities = 0xa0a0'a0a0;
constexpr std::uint32_t kFiqPriority = 0xc0;
constexpr std::uint32_t kLowestPriorities = 0xffff'ffff;
constexpr std::uint32_t kPriorityMask = 0xf0;
constexpr std::uint32_t kFirstSpi = 32;
constexpr std::uint32_t kSgis = 16;
constexpr std::uint32_t kSpurious = 1023;
constexpr std::uint32_t kIntid = 0x3ff;

/// Offset of the 32-bit register with this interrupt's bit, within a group of them.
constexpr std::uintptr_t WordOf(std::uintptr_t intid) { return intid / 32 * 4; }

constexpr std::uint64_t kNoCpu = ~std::uint64_t{0};

/// The affinity of the CPU at each CPU interface, recorded when it starts: no register tells it to
/// another CPU, and its Aff0 need not be the interface's number.
constinit std::array<std::atomic<std::uint64_t>, 8> cpus_of_interfaces = {
    kNoCpu, kNoCpu, kNoCpu, kNoCpu, kNoCpu, kNoCpu, kNoCpu, kNoCpu};

/// [gic2] 4.3.12: GICD_ITARGETSR0 to 7 are read-only and show, in each byte, the interface of the
/// CPU that reads. With one CPU they read as zero, and its interface is number 0.
std::uint32_t TargetOfThisCpu(std::uintptr_t distributor) {
  const std::uint32_t target = MmioRead32(distributor + kGicdItargetsr) & 0xff;
  return target != 0 ? target : 1;
}

void RecordThisCpu(std::uintptr_t distributor) {
  const std::uint64_t self = hal::Cpu::CurrentCpu().affinity;
  const int interface = std::countr_zero(TargetOfThisCpu(distributor));
  cpus_of_interfaces[static_cast<unsigned>(interface)].store(self, std::memory_order_relaxed);
}

/// Replaces the byte of this interrupt in a group of byte-wide registers.
void WriteByte(std::uintptr_t group, std::uintptr_t intid, std::uint32_t byte) {
  const std::uintptr_t word = group + intid / 4 * 4;
  const std::uintptr_t shift = intid % 4 * 8;
  MmioWrite32(word, (MmioRead32(word) & ~(0xffu << shift)) | byte << shift);
}

/// [gic2] 4.3.5: a GIC may have its SGIs permanently enabled, as the GIC-400 has. So their priority
/// enables and disables them.
void OpenSgi(std::uintptr_t distributor, std::uint32_t sgi, bool open) {
  WriteByte(distributor + kGicdIpriorityr, sgi,
            (open ? kMiddlePriorities : kLowestPriorities) & 0xff);
}

}  // namespace

bool GicV2::HasNonSecureView() const {
  return (MmioRead32(distributor + kGicdTyper) & kSecurityExtn) != 0;
}

void GicV2::InitThisCpu() const {
  const bool non_secure = HasNonSecureView();
  RecordThisCpu(distributor);
  MmioWrite32(distributor + kGicdCtlr, non_secure ? kEnable : kEnableBothGroups);
  if (!non_secure) MmioWrite32(distributor + kGicdIgroupr, ~0u);
  MmioWrite32(distributor + kGicdIcenabler, ~0u);
  MmioWrite32(distributor + kGicdIcpendr, ~0u);
  for (std::uintptr_t i = 0; i < kSgis; i += 4) {
    MmioWrite32(distributor + kGicdCpendsgir + i, ~0u);  // from each CPU, a byte for each SGI
  }
  for (std::uintptr_t i = 0; i < kFirstSpi; i += 4) {
    MmioWrite32(distributor + kGicdIpriorityr + i,
                i < kSgis ? kLowestPriorities : kMiddlePriorities);
  }
  MmioWrite32(cpu_interface + kGiccPmr, kPriorityMask);
  MmioWrite32(cpu_interface + kGiccBpr, 0);
  MmioWrite32(cpu_interface + kGiccCtlr, non_secure ? kEnable : kEnableBothGroupsOneAsFiq);
}

void GicV2::Enable(std::uint32_t intid) const {
  if (intid < kSgis) OpenSgi(distributor, intid, true);
  if (intid >= kFirstSpi) {
    WriteByte(distributor + kGicdItargetsr, intid, TargetOfThisCpu(distributor));
    const std::uintptr_t groups = distributor + kGicdIgroupr + WordOf(intid);
    if (!HasNonSecureView()) MmioWrite32(groups, MmioRead32(groups) | 1u << intid % 32);
    WriteByte(distributor + kGicdIpriorityr, intid, kMiddlePriorities & 0xff);
  }
  MmioWrite32(distributor + kGicdIsenabler + WordOf(intid), 1u << intid % 32);
}

void GicV2::Disable(std::uint32_t intid) const {
  if (intid < kSgis) OpenSgi(distributor, intid, false);
  MmioWrite32(distributor + kGicdIcenabler + WordOf(intid), 1u << intid % 32);
}

std::uint32_t GicV2::Acknowledge() const {
  const std::uint32_t acknowledged = MmioRead32(cpu_interface + kGiccIar);
  asm volatile("dsb sy" ::: "memory");  // the interrupt is active before its device is touched
  return acknowledged;
}

void GicV2::End(std::uint32_t acknowledged) const {
  MmioWrite32(cpu_interface + kGiccEoir, acknowledged);
}

void GicV2::Wake(std::uint64_t, std::uint32_t interface_number) const {
  asm volatile("dsb ishst" ::: "memory");
  MmioWrite32(distributor + kGicdSgir, 1u << (kTargetList + interface_number % 8));
}

/// [gic2] GICD_SGIR: with no target in the list nothing is forwarded.
void GicV2::SendSgi(std::uint64_t affinity, std::uint32_t sgi) const {
  asm volatile("dsb ishst" ::: "memory");
  MmioWrite32(distributor + kGicdSgir, TargetOf(affinity) << kTargetList | sgi);
}

std::uint32_t GicV2::TargetOf(std::uint64_t affinity) const {
  if (affinity == hal::Cpu::CurrentCpu().affinity) return TargetOfThisCpu(distributor);
  for (unsigned i = 0; i < cpus_of_interfaces.size(); ++i) {
    if (cpus_of_interfaces[i].load(std::memory_order_relaxed) == affinity) return 1u << i;
  }
  return 0;
}

bool GicV2::EnableFiq(std::uint32_t sgi) const {
  if (HasNonSecureView()) return false;
  const std::uintptr_t groups = distributor + kGicdIgroupr;
  MmioWrite32(groups, MmioRead32(groups) & ~(1u << sgi));
  WriteByte(distributor + kGicdIpriorityr, sgi, kFiqPriority);
  MmioWrite32(distributor + kGicdIsenabler, 1u << sgi);
  return true;
}

void GicV2::SendFiq(std::uint64_t affinity, std::uint32_t sgi) const { SendSgi(affinity, sgi); }

/// The interface signals only what has the highest priority, so an IRQ that came after the FIQ was
/// taken hides it: the FIQ is then signalled again after the IRQ.
std::uint32_t GicV2::AcknowledgeFiq() const {
  const std::uint32_t pending = MmioRead32(cpu_interface + kGiccHppir) & kIntid;
  const std::uint32_t irqs = MmioRead32(distributor + kGicdIgroupr);
  if (pending >= kSgis || (irqs >> pending & 1) != 0) return kSpurious;
  return Acknowledge();
}

void GicV2::EndFiq(std::uint32_t acknowledged) const { End(acknowledged); }

}  // namespace trivet::platforms
