// SPDX-License-Identifier: Apache-2.0 OR MIT
// One CPU's interrupts reach its handler however often another CPU enables and disables. EL2 only:
// it needs CPUs that run at the same time.

#include <gtest/gtest.h>

#include <atomic>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

// The minimum of each while the other CPU continues.
constexpr unsigned kInterrupts = 200, kTransitions = 20;

constinit percpu::PerCpu<TestHost> cpus[2];

/// CPU 0's enable and disable pairs since CPU 1 is enabled. CPU 1 continues until there are enough,
/// so that an emulator's scheduling does not matter.
std::atomic<unsigned> transitions;

/// CPU 1's results, which CPU 0 checks.
struct Outcome {
  std::atomic<bool> enabled, done;
  std::atomic<unsigned> interrupts, to_handler, to_host_table;
  std::atomic<Status> enable = Status::kNotCreated, disable = Status::kNotCreated;
};
Outcome outcome;

void TakeInterrupts(unsigned, void*) {
  Machine machine;
  TestHost::Here() = {};
  (void)cpus[1].Create(hal::Cpu::CurrentCpu());
  outcome.enable.store(cpus[1].HardwareEnable());
  outcome.enabled = true;
  unsigned interrupts = 0;
  for (; interrupts < kInterrupts || transitions < kTransitions; ++interrupts) {
    machine.TriggerIrq();
    OpenInterruptWindow();
  }
  outcome.interrupts = interrupts;
  outcome.to_handler = TestHost::Here().irqs;
  outcome.to_host_table = HostTableIrqs();
  outcome.disable.store(cpus[1].HardwareDisable());
  outcome.done = true;
}

// T2: one CPU's disable withdrew the handler that another CPU had just installed.
TEST(Handlers, OfOneCpuOutliveEveryTransitionOfAnother) {
  Machine machine;
  ASSERT_EQ(cpus[0].Create(hal::Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(platforms::StartCpu(1, &TakeInterrupts, nullptr), Status::kOk);
  while (!outcome.done) {
    ASSERT_EQ(cpus[0].HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpus[0].HardwareDisable(), Status::kOk);
    transitions += outcome.enabled ? 1 : 0;
  }
  EXPECT_EQ(outcome.enable.load(), Status::kOk);
  EXPECT_EQ(outcome.disable.load(), Status::kOk);
  EXPECT_GE(outcome.interrupts.load(), kInterrupts);
  EXPECT_EQ(outcome.to_handler.load(), outcome.interrupts.load());
  EXPECT_EQ(outcome.to_host_table.load(), 0u);
  EXPECT_GE(transitions.load(), kTransitions);
}

}  // namespace
}  // namespace trivet::tests
