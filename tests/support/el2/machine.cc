// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/machine.h"

#include <cstdint>

#include "hal/cpu.h"
#include "hal/feature.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/written_code.h"
#include "tests/support/el2/host_state.h"

extern "C" const char trivet_test_host_vectors[];

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kIrqSgi = 1;
constexpr unsigned kFiqSgi = 14;
constexpr unsigned kNoInterrupt = 1020;
constexpr unsigned kWindowSpins = 10'000;

[[clang::no_destroy]] HostState states[kMaxCpus];

TRIVET_WRITTEN_CODE alignas(vectors::kChainTableSize) std::uint32_t
    chain_tables[kMaxCpus][vectors::kChainTableSize / sizeof(std::uint32_t)];

}  // namespace

unsigned IndexOf(CpuId cpu) {
  for (unsigned index = 0; const auto& candidate : platforms::ThisMachine().cpus.all()) {
    if (candidate.affinity == cpu.affinity) return index;
    ++index;
  }
  return cpu.affinity % kMaxCpus;  // a test's, that does not exist
}

HostState& ThisHost() { return states[platforms::ThisCpuIndex()]; }

Machine::Machine(percpu::HostKind kind) {
  if (!Has<Feature::kVhe, Cpu>() && kind == percpu::HostKind::kVhe) kind = percpu::HostKind::kNvhe;
  HostState& host = ThisHost();
  host.vbar = Cpu::Read<VbarEl2>();
  host.irqs = host.fiqs = 0;
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(kIrqSgi);
  platforms::EnableInterrupt(platforms::kEl2Timer);
  host.has_fiqs = platforms::EnableFiq(kFiqSgi);
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(HostVectorBase()));
  host.kind.emplace(kind);
}

Machine::~Machine() {
  HostState& host = ThisHost();
  host.kind.reset();
  Cpu::Write<VbarEl2>(host.vbar);
  Cpu::Isb();
}

std::uint64_t Machine::HostVectorBase() const {
  return reinterpret_cast<std::uint64_t>(&trivet_test_host_vectors);
}

void Machine::TriggerIrq() { platforms::SendSelfInterrupt(kIrqSgi); }

void Machine::TriggerFiq() { platforms::SendSelfFiq(kFiqSgi); }

void Machine::StartTimer(unsigned ticks) {
  Cpu::Write<CnthpTvalEl2>(CnthpTvalEl2::Value::FromRaw(ticks));
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(1));  // ENABLE, not IMASK
  Cpu::Isb();
}

vectors::ChainPlace ChainPlaceOf(CpuId cpu) {
  std::uint32_t* const words = chain_tables[IndexOf(cpu)];
  return {.words = words, .executable = platforms::ExecutableAlias(words)};
}

bool AcknowledgeIrq() {
  const std::uint32_t irq = platforms::AcknowledgeInterrupt();
  const std::uint32_t intid = platforms::IntidOf(irq);
  if (intid >= kNoInterrupt) return false;
  if (intid == platforms::kEl2Timer) Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(0));
  Cpu::Isb();
  platforms::EndInterrupt(irq);
  return true;
}

bool AcknowledgeFiq() {
  const std::uint32_t fiq = platforms::AcknowledgeFiq();
  if (platforms::IntidOf(fiq) >= kNoInterrupt) return false;
  platforms::EndFiq(fiq);
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
