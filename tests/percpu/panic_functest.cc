// SPDX-License-Identifier: Apache-2.0 OR MIT
// Panic in the fatal handler, on the emergency stack, after a synchronous exception from EL2: the
// host's own vectors take its interrupts again. CPU 1 crashes, CPU 0 checks. EL2 only.

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// CPU 1's results in its fatal handler, which CPU 0 checks.
struct Findings {
  HostView before, after;
  unsigned irqs_to_host_table = 0, irqs_to_handler = 0;
  Status enabled = Status::kNotCreated;
  std::atomic<bool> complete = false;
};
Findings findings;
Machine* machine;

void PanicAndLookAround(vectors::CpuSlot&);

struct PanickingHost {
  static vectors::Handlers HandlersFor(CpuId cpu) {
    vectors::Handlers handlers = TestHost::HandlersFor(cpu);
    handlers.fatal = &PanicAndLookAround;
    return handlers;
  }
};

constinit percpu::PerCpu<PanickingHost> victim;

void PanicAndLookAround(vectors::CpuSlot&) {
  victim.Panic();
  victim.Panic();
  findings.after = HostView::Now();
  machine->TriggerIrq();
  OpenInterruptWindow();
  findings.irqs_to_host_table = HostTableIrqs();
  findings.irqs_to_handler = TestHost::Here().irqs;
  findings.complete = true;
}

void CrashOnThisCpu(unsigned, void*) {
  Machine here(percpu::HostKind::kNvhe);
  machine = &here;
  TestHost::Here() = {};
  findings.before = HostView::Now();
  (void)victim.Create(Cpu::CurrentCpu());
  findings.enabled = victim.HardwareEnable();
  asm volatile("brk #0x78");
}

TEST(PanicInTheFatalHandler, GivesTheHostItsVectorsAndItsInterruptsBack) {
  ASSERT_EQ(platforms::StartCpu(1, &CrashOnThisCpu, nullptr), Status::kOk);
  constexpr unsigned kTimeout = 100'000'000;
  for (unsigned spins = 0; !findings.complete && spins < kTimeout; ++spins) {
  }
  ASSERT_TRUE(findings.complete);
  EXPECT_EQ(findings.enabled, Status::kOk);
  EXPECT_TRUE(findings.after == findings.before);
  EXPECT_EQ(findings.irqs_to_host_table, 1u);
  EXPECT_EQ(findings.irqs_to_handler, 0u);
  EXPECT_FALSE(victim.IsEnabled());
}

}  // namespace
}  // namespace trivet::tests
