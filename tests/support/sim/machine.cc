// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/machine.h"

#include <memory>
#include <utility>

#include "hal/cpu.h"
#include "sim/pe/code_map.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/sim_backend.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"
#include "tests/support/sim/sim_machine.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kHostVectors = 0x4010'0000;
constexpr std::uint64_t kChainTables = 0x4018'0000;
constexpr std::uint64_t kCurrentElIrq = 0x280;
constexpr std::uint64_t kCurrentElFiq = 0x300;

/// Everything of one test's machine; alive between Machine() and ~Machine().
struct Simulated {
  sim::Pe pe;
  sim::ScopedPe current{pe};
  sim::ScopedCode code;
  unsigned irqs = 0;
  unsigned fiqs = 0;
  bool (*slot)(sim::Pe& pe, std::uint64_t offset) = nullptr;

  explicit Simulated(const sim::Profile& profile);
};

std::unique_ptr<Simulated> simulated;
const sim::Profile* next_profile = nullptr;

const sim::Profile& ProfileFor(percpu::HostKind kind) {
  if (next_profile != nullptr) return *std::exchange(next_profile, nullptr);
  return sim::ProfileNamed(kind == percpu::HostKind::kVhe ? "neoverse-v1" : "cortex-a72");
}

void HostTable(sim::Pe& pe, std::uint64_t offset) {
  if (simulated->slot != nullptr && simulated->slot(pe, offset)) return;
  if (offset == kCurrentElIrq && AcknowledgeIrq()) {
    ++simulated->irqs;
  } else if (offset == kCurrentElFiq && AcknowledgeFiq()) {
    ++simulated->fiqs;
  } else {
    throw sim::Violation(pe.Where() + ": an exception the test host does not handle");
  }
}

Simulated::Simulated(const sim::Profile& profile)
    : pe(profile), code(kHostVectors, 0x800, &HostTable) {}

bool Lower(sim::InterruptClass interrupt) {
  sim::Pe& pe = sim::ScopedPe::Current();
  const bool pending = pe.Line(interrupt);
  pe.Raise(interrupt, false);
  return pending;
}

}  // namespace

sim::Pe& SimulatedPe() { return simulated->pe; }

void UseForNextMachine(const sim::Profile& profile) { next_profile = &profile; }

void SetHostTable(bool (*slot)(sim::Pe& pe, std::uint64_t offset)) { simulated->slot = slot; }

Machine::Machine(percpu::HostKind kind) {
  simulated = std::make_unique<Simulated>(ProfileFor(kind));
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(HostVectorBase()));
  BecomeHost(HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true), kind);
  simulated->pe.trace().Clear();
}

Machine::~Machine() { simulated.reset(); }

std::uint64_t Machine::HostVectorBase() const { return kHostVectors; }
void Machine::TriggerIrq() { sim::ScopedPe::Current().RaiseIrq(); }
void Machine::TriggerFiq() { sim::ScopedPe::Current().RaiseFiq(); }

void Machine::StartTimer(unsigned ticks) {
  simulated->pe.SetStepHook([left = ticks](sim::Pe& pe) mutable {
    if (left != 0 && --left == 0) pe.RaiseIrq();
  });
}

unsigned IndexOf(CpuId cpu) { return cpu.affinity % kMaxCpus; }

vectors::ChainPlace ChainPlaceOf(CpuId cpu) {
  static std::uint32_t words[kMaxCpus][vectors::kChainTableSize / sizeof(std::uint32_t)];
  const std::uint64_t index = IndexOf(cpu);
  return {.words = words[index], .executable = kChainTables + index * vectors::kChainTableSize};
}

bool AcknowledgeIrq() { return Lower(sim::InterruptClass::kIrq); }
bool AcknowledgeFiq() { return Lower(sim::InterruptClass::kFiq); }
unsigned HostTableIrqs() { return simulated->irqs; }
unsigned HostTableFiqs() { return simulated->fiqs; }

void OpenInterruptWindow() {
  Cpu::DaifRestore(Daif().d(true));
  Cpu::Isb();
  (void)Cpu::DaifMask();
}

}  // namespace trivet::tests
