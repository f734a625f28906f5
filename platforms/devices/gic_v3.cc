// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/devices/gic_v3.h"

#include "hal/cpu.h"
#include "hal/sgi.h"
#include "platforms/devices/mmio.h"

// Offsets and bits: [gic] IHI 0069, chapter 12.
namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

// Distributor.
constexpr std::uintptr_t kGicdCtlr = 0x0000;
constexpr std::uintptr_t kGicdIrouter = 0x6000;  // 8 bytes an SPI
// Bits 1 and 4 enable Group 1 with affinity routing in the non-secure view (EnableGrp1A, ARE_NS)
// and in the view of a distributor with one security state (EnableGrp1, ARE) alike.
constexpr std::uint32_t kGroup1WithAffinity = (1u << 1) | (1u << 4);
constexpr std::uint32_t kRegisterWritePending = 1u << 31;
constexpr std::uint32_t kGroup0 = 1u << 0;            // EnableGrp0
constexpr std::uint32_t kOneSecurityState = 1u << 6;  // DS

// Redistributor.
constexpr std::uintptr_t kSgiFrame = Redistributors::kFrame;
constexpr std::uintptr_t kGicrTyper = 0x0008;
constexpr std::uintptr_t kGicrWaker = 0x0014;
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
  Cpu::Write<IccSreEl2>(IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
  Cpu::Isb();
  Cpu::Write<IccPmrEl1>(IccPmrEl1().priority(0xff));
  Cpu::Write<IccBpr1El1>(IccBpr1El1());
  Cpu::Write<IccCtlrEl1>(IccCtlrEl1());  // EOImode 0: End() also deactivates
  Cpu::Write<IccIgrpen1El1>(IccIgrpen1El1().enable(true));
  Cpu::Isb();
}

/// Acknowledges with `Iar`. The interrupt is active before its device is touched.
template <class Iar>
std::uint32_t AcknowledgeBy() {
  const Iar iar = Cpu::Read<Iar>();
  Cpu::Dsb<Domain::kFullSystem>();
  return static_cast<std::uint32_t>(iar.raw());
}

template <class Eoir>
void EndBy(std::uint32_t intid) {
  Cpu::Write<Eoir>(Eoir::FromRaw(intid));
  Cpu::Isb();
}

/// Makes SGI `sgi` pending on the CPU with this affinity. Earlier stores are visible to it first.
template <class SgiRegister>
void SendBy(std::uint64_t affinity, std::uint32_t sgi) {
  asm volatile("dsb ishst" ::: "memory");
  Cpu::Write<SgiRegister>(SgiTo<SgiRegister>(affinity, sgi));
  Cpu::Isb();
}

}  // namespace

std::uintptr_t GicV3::FrameOfThisCpu() const {
  const auto frame = redistributors.Find(
      Cpu::CurrentCpu().affinity, [](std::uintptr_t at) { return MmioRead64(at + kGicrTyper); });
  if (!frame) __builtin_trap();  // the board's data names another machine
  return *frame;
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
  MmioWrite64(distributor + kGicdIrouter + std::uintptr_t{intid} * 8, Cpu::CurrentCpu().affinity);
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

std::uint32_t GicV3::Acknowledge() const { return AcknowledgeBy<IccIar1El1>(); }
void GicV3::End(std::uint32_t intid) const { EndBy<IccEoir1El1>(intid); }
void GicV3::SendSgi(std::uint64_t affinity, std::uint32_t sgi) const {
  SendBy<IccSgi1rEl1>(affinity, sgi);
}

void GicV3::Wake(std::uint64_t affinity, std::uint32_t) const {
  Cpu::Write<IccSreEl2>(IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
  Cpu::Isb();
  SendBy<IccSgi1rEl1>(affinity, 0);
}

bool GicV3::EnableFiq(std::uint32_t sgi) const {
  if ((MmioRead32(distributor + kGicdCtlr) & kOneSecurityState) == 0) return false;
  MmioWrite32(distributor + kGicdCtlr, MmioRead32(distributor + kGicdCtlr) | kGroup0);
  WaitForWrites(distributor);
  const std::uintptr_t frame = FrameOfThisCpu() + kSgiFrame;
  MmioWrite32(frame + kIgroupr, MmioRead32(frame + kIgroupr) & ~(1u << sgi));
  Cpu::Write<IccIgrpen0El1>(IccIgrpen0El1().enable(true));
  Cpu::Isb();
  MmioWrite32(frame + kIsenabler, 1u << sgi);
  return true;
}

void GicV3::SendFiq(std::uint64_t affinity, std::uint32_t sgi) const {
  SendBy<IccSgi0rEl1>(affinity, sgi);
}
std::uint32_t GicV3::AcknowledgeFiq() const { return AcknowledgeBy<IccIar0El1>(); }
void GicV3::EndFiq(std::uint32_t intid) const { EndBy<IccEoir0El1>(intid); }

}  // namespace trivet::platforms
