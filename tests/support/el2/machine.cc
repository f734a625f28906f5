#include "tests/support/machine.h"

#include <cstdint>

#include "hal/cpu.h"
#include "platforms/devices/mmio.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "tests/support/el2/host_state.h"

extern "C" const char trivet_test_host_vectors[];

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

constexpr unsigned kIrqSgi = 1;
constexpr unsigned kFiqSgi = 14;
constexpr unsigned kEl2Timer = 26;  // PPI of CNTHP. [bsa] "PPI assignments".
constexpr unsigned kNoInterrupt = 1020;
constexpr unsigned kMaxCpus = 8;
constexpr unsigned kWindowSpins = 10'000;

HostState states[kMaxCpus];

/// The MMU is off: what is data is code.
alignas(vectors::kChainTableSize) std::uint32_t
    chain_tables[kMaxCpus][vectors::kChainTableSize / sizeof(std::uint32_t)];

/// Group 0 interrupts arrive as FIQ where the distributor has one security state. [gic] IHI
/// 0069, 4.6.
void EnableFiqSgi() {
  const auto& gic = std::get<platforms::GicV3>(platforms::ThisMachine().interrupt_controller);
  constexpr std::uintptr_t kSgiFrame = 0x1'0000;
  constexpr std::uintptr_t kIgroupr0 = kSgiFrame + 0x80;
  const std::uintptr_t frame = gic.redistributor + platforms::ThisCpuIndex() * 0x2'0000;
  platforms::MmioWrite32(gic.distributor, platforms::MmioRead32(gic.distributor) | 1);
  platforms::MmioWrite32(frame + kIgroupr0,
                         platforms::MmioRead32(frame + kIgroupr0) & ~(1u << kFiqSgi));
  Cpu::Write<IccIgrpen0El1>(IccIgrpen0El1::FromRaw(1));
  Cpu::Isb();
  platforms::EnableInterrupt(kFiqSgi);
}

/// The two registers whose layout E2H changed get sensible values: nothing traps at EL2 and EL0.
void BecomeVhe() {
  Cpu::Write<CptrEl2E2h>(CptrEl2E2h().fpen(TrapLevels::kNone));
  Cpu::Write<CnthctlEl2E2h>(CnthctlEl2E2h().el0pcten(true).el0vcten(true));
  Cpu::Isb();
}

}  // namespace

HostState& ThisHost() { return states[platforms::ThisCpuIndex()]; }

Machine::Machine(percpu::HostKind kind) {
  HostState& host = ThisHost();
  host = {.vbar = Cpu::Read<VbarEl2>(),
          .hcr = Cpu::Read<HcrEl2>(),
          .cptr = Cpu::Read<CptrEl2>(),
          .cnthctl = Cpu::Read<CnthctlEl2>()};
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(kIrqSgi);
  platforms::EnableInterrupt(kEl2Timer);
  EnableFiqSgi();
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(HostVectorBase()));
  Cpu::Write<HcrEl2>(
      Cpu::Read<HcrEl2>().e2h(kind == percpu::HostKind::kVhe).tge(kind != percpu::HostKind::kNvhe));
  Cpu::Isb();
  if (kind == percpu::HostKind::kVhe) BecomeVhe();
}

Machine::~Machine() {
  const HostState& host = ThisHost();
  Cpu::Write<HcrEl2>(host.hcr);
  Cpu::Write<VbarEl2>(host.vbar);
  Cpu::Isb();
  Cpu::Write<CptrEl2>(host.cptr);
  Cpu::Write<CnthctlEl2>(host.cnthctl);
  Cpu::Isb();
}

std::uint64_t Machine::HostVectorBase() const {
  return reinterpret_cast<std::uint64_t>(&trivet_test_host_vectors);
}

void Machine::TriggerIrq() { platforms::SendSelfInterrupt(kIrqSgi); }

void Machine::TriggerFiq() {
  const std::uint64_t aff0 = Cpu::Read<MpidrEl1>().aff0();
  Cpu::Write<IccSgi0rEl1>(IccSgi0rEl1::Value::FromRaw(std::uint64_t{kFiqSgi} << 24 | 1u << aff0));
  Cpu::Isb();
}

void Machine::StartTimer(unsigned ticks) {
  Cpu::Write<CnthpTvalEl2>(CnthpTvalEl2::Value::FromRaw(ticks));
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(1));  // ENABLE, not IMASK
  Cpu::Isb();
}

void Machine::ShowToTableWalks(void*, std::size_t) {}

std::uint64_t PhysicalAddressOf(const void* address) {
  return reinterpret_cast<std::uint64_t>(address);
}

vectors::ChainPlace ChainPlaceOf(CpuId cpu) {
  std::uint32_t* const words = chain_tables[cpu.affinity % kMaxCpus];
  return {.words = words, .executable = reinterpret_cast<std::uint64_t>(words)};
}

bool AcknowledgeIrq() {
  const std::uint32_t intid = platforms::AcknowledgeInterrupt();
  if (intid >= kNoInterrupt) return false;
  if (intid == kEl2Timer) Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(0));
  Cpu::Isb();
  platforms::EndInterrupt(intid);
  return true;
}

bool AcknowledgeFiq() {
  const std::uint64_t intid = Cpu::Read<IccIar0El1>().raw() & 0xff'ffff;
  if (intid >= kNoInterrupt) return false;
  Cpu::Write<IccEoir0El1>(IccEoir0El1::Value::FromRaw(intid));
  Cpu::Isb();
  return true;
}

unsigned HostTableIrqs() { return ThisHost().irqs; }
unsigned HostTableFiqs() { return ThisHost().fiqs; }

void OpenInterruptWindow() {
  Cpu::DaifRestore(Daif().d(true));
  for (unsigned i = 0; i < kWindowSpins; ++i) Cpu::Isb();
  (void)Cpu::DaifMask();
}

}  // namespace trivet::tests

/// Called by host_vectors.S.
extern "C" void trivet_test_host_irq() {
  if (trivet::tests::AcknowledgeIrq()) ++trivet::tests::ThisHost().irqs;
}
extern "C" void trivet_test_host_fiq() {
  if (trivet::tests::AcknowledgeFiq()) ++trivet::tests::ThisHost().fiqs;
}
