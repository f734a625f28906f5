// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>
#include <string_view>

#include "freestanding/benchmark/platform.h"
#include "hal/cpu.h"
#include "platforms/runtime/console.h"

namespace benchmark::internal {
namespace {

using namespace trivet::hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint16_t kInstRetired = 0x08;  // [arm-arm] "Common event numbers": INST_RETIRED.

// QEMU's one thread goes round all CPUs at a YIELD. One is enough unless the emulator itself is
// interrupted on its way round.
constexpr unsigned kRounds = 2;

}  // namespace

void Write(std::string_view text) { trivet::platforms::ConsoleWrite(text); }

/// Without NSH (Non-secure EL2) in both filters the counters stand still at EL2. HPMN = N leaves
/// every counter to us. [arm-arm] MDCR_EL2.HPMN, PMCCFILTR_EL0.NSH, PMEVTYPER<n>_EL0.NSH.
Capabilities StartCounters() {
  const PmcrEl0 control = Cpu::Read<PmcrEl0>();
  Cpu::Write<MdcrEl2>(MdcrEl2().hpme(true).hpmn(control.n()));
  Cpu::Write<PmccfiltrEl0>(PmccfiltrEl0().nsh(true));
  Cpu::Write<Pmevtyper0El0>(Pmevtyper0El0().nsh(true).evtcount(kInstRetired));
  Cpu::Write<PmcntensetEl0>(PmcntensetEl0().c(true).p(1));
  Cpu::Write<PmcrEl0>(PmcrEl0().lc(true).e(true).p(true).c(true));
  Cpu::Isb();

  Capabilities capabilities;
  capabilities.counts_instructions =
      control.n() > 0 && (Cpu::Read<Pmceid0El0>().id() >> kInstRetired & 1) != 0;
  capabilities.why_not =
      "PMCEID0_EL0 bit 8 is clear, INST_RETIRED does not exist (QEMU has it with -icount only)";
  capabilities.ticks_per_second = Cpu::Read<CntfrqEl0>().raw();
  capabilities.midr = Cpu::Read<MidrEl1>().raw();
  return capabilities;
}

void LetWokenCpusSleep() {
  for (unsigned round = 0; round < kRounds; ++round) asm volatile("yield" ::: "memory");
}

}  // namespace benchmark::internal
