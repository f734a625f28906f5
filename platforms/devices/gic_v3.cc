#include "platforms/devices/gic_v3.h"

#include "platforms/devices/affinity.h"
#include "platforms/devices/mmio.h"

// Offsets and bits: [gic] IHI 0069, chapter 12. CPU interface registers are named by number, so
// that the assembler's age does not matter.
#define ICC_PMR_EL1 "s3_0_c4_c6_0"
#define ICC_IAR0_EL1 "s3_0_c12_c8_0"
#define ICC_EOIR0_EL1 "s3_0_c12_c8_1"
#define ICC_IAR1_EL1 "s3_0_c12_c12_0"
#define ICC_EOIR1_EL1 "s3_0_c12_c12_1"
#define ICC_BPR1_EL1 "s3_0_c12_c12_3"
#define ICC_CTLR_EL1 "s3_0_c12_c12_4"
#define ICC_IGRPEN0_EL1 "s3_0_c12_c12_6"
#define ICC_IGRPEN1_EL1 "s3_0_c12_c12_7"
#define ICC_SGI1R_EL1 "s3_0_c12_c11_5"
#define ICC_SGI0R_EL1 "s3_0_c12_c11_7"
#define ICC_SRE_EL2 "s3_4_c12_c9_5"

#define READ_REGISTER(name, value) asm volatile("mrs %0, " name : "=r"(value)::"memory")
#define WRITE_REGISTER(name, value) \
  asm volatile("msr " name ", %x0" ::"rZ"(std::uint64_t{value}) : "memory")

namespace trivet::platforms {
namespace {

// Distributor.
constexpr std::uintptr_t kGicdCtlr = 0x0000;
constexpr std::uintptr_t kGicdIrouter = 0x6000;  // 8 bytes an SPI
// Bits 1 and 4 enable Group 1 with affinity routing in the non-secure view (EnableGrp1A, ARE_NS)
// and in the view of a distributor with one security state (EnableGrp1, ARE) alike.
constexpr std::uint32_t kGroup1WithAffinity = (1u << 1) | (1u << 4);
constexpr std::uint32_t kRegisterWritePending = 1u << 31;
constexpr std::uint32_t kGroup0 = 1u << 0;            // EnableGrp0
constexpr std::uint32_t kOneSecurityState = 1u << 6;  // DS

// Redistributor: an RD frame, then an SGI frame, and with virtual LPIs (GICv4) two more; 64 KiB
// each.
constexpr std::uintptr_t kFrames = 0x2'0000;
constexpr std::uintptr_t kFramesWithVirtualLpis = 0x4'0000;
constexpr std::uintptr_t kSgiFrame = 0x1'0000;
constexpr std::uintptr_t kGicrTyper = 0x0008;
constexpr std::uintptr_t kGicrWaker = 0x0014;
constexpr std::uint64_t kTyperVirtualLpis = 1u << 1;  // VLPIS
constexpr std::uint64_t kTyperLast = 1u << 4;
constexpr std::uint32_t kProcessorSleep = 1u << 1;
constexpr std::uint32_t kChildrenAsleep = 1u << 2;

// At these offsets in the distributor for SPIs and in the SGI frame for SGIs and PPIs.
constexpr std::uintptr_t kIgroupr = 0x0080;
constexpr std::uintptr_t kIsenabler = 0x0100;
constexpr std::uintptr_t kIcenabler = 0x0180;
constexpr std::uintptr_t kIcpendr = 0x0280;
constexpr std::uintptr_t kIpriorityr = 0x0400;
constexpr std::uint32_t kMiddlePriorities = 0xa0a0'a0a0;  // four interrupts a word

constexpr std::uint32_t kFirstSpi = 32;
/// Offset of the 32-bit register with this interrupt's bit, within a group of them.
constexpr std::uintptr_t WordOf(std::uintptr_t intid) { return intid / 32 * 4; }

void WaitForWrites(std::uintptr_t distributor) {
  while (MmioRead32(distributor + kGicdCtlr) & kRegisterWritePending) {
  }
}

void WakeRedistributor(std::uintptr_t frame) {
  MmioWrite32(frame + kGicrWaker, MmioRead32(frame + kGicrWaker) & ~kProcessorSleep);
  while (MmioRead32(frame + kGicrWaker) & kChildrenAsleep) {
  }
}

void ResetPrivateInterrupts(std::uintptr_t sgi_frame) {
  MmioWrite32(sgi_frame + kIcenabler, ~0u);
  MmioWrite32(sgi_frame + kIcpendr, ~0u);
  MmioWrite32(sgi_frame + kIgroupr, ~0u);
  for (std::uintptr_t i = 0; i < kFirstSpi; i += 4) {
    MmioWrite32(sgi_frame + kIpriorityr + i, kMiddlePriorities);
  }
}

void OpenCpuInterface() {
  // SRE, DFB, DIB, Enable: system registers here and at EL1, no bypass.
  WRITE_REGISTER(ICC_SRE_EL2, 0xfu);
  asm volatile("isb" ::: "memory");
  WRITE_REGISTER(ICC_PMR_EL1, 0xffu);
  WRITE_REGISTER(ICC_BPR1_EL1, 0u);
  WRITE_REGISTER(ICC_CTLR_EL1, 0u);  // EOImode 0: End() also deactivates
  WRITE_REGISTER(ICC_IGRPEN1_EL1, 1u);
  asm volatile("isb" ::: "memory");
}

/// What makes SGI `sgi` pending on the CPU with this affinity, for ICC_SGI1R_EL1 and ICC_SGI0R_EL1.
constexpr std::uint64_t SgiRegister(std::uint64_t affinity, std::uint32_t sgi) {
  const std::uint64_t aff0 = affinity & 0xff;
  const std::uint64_t aff1 = affinity >> 8 & 0xff;
  const std::uint64_t aff2 = affinity >> 16 & 0xff;
  const std::uint64_t aff3 = affinity >> 32 & 0xff;
  return aff3 << 48 | (aff0 >> 4) << 44 | aff2 << 32 | std::uint64_t{sgi} << 24 | aff1 << 16 |
         1u << (aff0 & 15);
}

}  // namespace

std::uintptr_t GicV3::FrameOfThisCpu() const {
  // GICR_TYPER[63:32] is Aff3.Aff2.Aff1.Aff0, eight bits each.
  const std::uint64_t mpidr = ThisAffinity();
  const std::uint64_t wanted = (mpidr >> 32 << 24) | (mpidr & 0xff'ffff);
  for (std::uintptr_t frame = redistributor;;) {
    const std::uint64_t typer = MmioRead64(frame + kGicrTyper);
    if (typer >> 32 == wanted) return frame;
    if (typer & kTyperLast) __builtin_trap();  // the board's data names another machine
    frame += typer & kTyperVirtualLpis ? kFramesWithVirtualLpis : kFrames;
  }
}

void GicV3::InitThisCpu() const {
  MmioWrite32(distributor + kGicdCtlr, MmioRead32(distributor + kGicdCtlr) | kGroup1WithAffinity);
  WaitForWrites(distributor);
  const std::uintptr_t frame = FrameOfThisCpu();
  WakeRedistributor(frame);
  ResetPrivateInterrupts(frame + kSgiFrame);
  OpenCpuInterface();
}

void GicV3::Enable(std::uint32_t intid) const {
  if (intid < kFirstSpi) {
    MmioWrite32(FrameOfThisCpu() + kSgiFrame + kIsenabler, 1u << intid);
    return;
  }
  const std::uintptr_t word = distributor + WordOf(intid);
  MmioWrite32(word + kIgroupr, MmioRead32(word + kIgroupr) | 1u << intid % 32);
  MmioWrite64(distributor + kGicdIrouter + std::uintptr_t{intid} * 8, ThisAffinity());
  MmioWrite32(word + kIsenabler, 1u << intid % 32);
}

void GicV3::Disable(std::uint32_t intid) const {
  if (intid < kFirstSpi) {
    MmioWrite32(FrameOfThisCpu() + kSgiFrame + kIcenabler, 1u << intid);
    return;
  }
  MmioWrite32(distributor + WordOf(intid) + kIcenabler, 1u << intid % 32);
  WaitForWrites(distributor);
}

std::uint32_t GicV3::Acknowledge() const {
  std::uint64_t intid;
  READ_REGISTER(ICC_IAR1_EL1, intid);
  asm volatile("dsb sy" ::: "memory");  // the interrupt is active before its device is touched
  return static_cast<std::uint32_t>(intid);
}

void GicV3::End(std::uint32_t intid) const {
  WRITE_REGISTER(ICC_EOIR1_EL1, intid);
  asm volatile("isb" ::: "memory");
}

void GicV3::SendSgi(std::uint64_t affinity, std::uint32_t sgi) const {
  asm volatile("dsb ishst" ::: "memory");
  WRITE_REGISTER(ICC_SGI1R_EL1, SgiRegister(affinity, sgi));
  asm volatile("isb" ::: "memory");
}

bool GicV3::EnableFiq(std::uint32_t sgi) const {
  if ((MmioRead32(distributor + kGicdCtlr) & kOneSecurityState) == 0) return false;
  MmioWrite32(distributor + kGicdCtlr, MmioRead32(distributor + kGicdCtlr) | kGroup0);
  WaitForWrites(distributor);
  const std::uintptr_t frame = FrameOfThisCpu() + kSgiFrame;
  MmioWrite32(frame + kIgroupr, MmioRead32(frame + kIgroupr) & ~(1u << sgi));
  WRITE_REGISTER(ICC_IGRPEN0_EL1, 1u);
  asm volatile("isb" ::: "memory");
  MmioWrite32(frame + kIsenabler, 1u << sgi);
  return true;
}

void GicV3::SendFiq(std::uint64_t affinity, std::uint32_t sgi) const {
  asm volatile("dsb ishst" ::: "memory");
  WRITE_REGISTER(ICC_SGI0R_EL1, SgiRegister(affinity, sgi));
  asm volatile("isb" ::: "memory");
}

std::uint32_t GicV3::AcknowledgeFiq() const {
  std::uint64_t intid;
  READ_REGISTER(ICC_IAR0_EL1, intid);
  asm volatile("dsb sy" ::: "memory");
  return static_cast<std::uint32_t>(intid);
}

void GicV3::EndFiq(std::uint32_t intid) const {
  WRITE_REGISTER(ICC_EOIR0_EL1, intid);
  asm volatile("isb" ::: "memory");
}

}  // namespace trivet::platforms
