// One CPU's interrupts reach its handler however often another CPU turns virtualization on and off.
// Real CPUs at once: EL2 only.

#include <gtest/gtest.h>

#include <atomic>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

constexpr unsigned kInterrupts = 200;

constinit percpu::PerCpu<TestHost> cpus[2];

/// What CPU 1 did, for CPU 0 to judge.
struct Outcome {
  std::atomic<bool> enabled, done;
  std::atomic<unsigned> to_handler, to_host_table;
  std::atomic<Status> enable = Status::kNotCreated, disable = Status::kNotCreated;
};
Outcome outcome;

void TakeInterrupts(unsigned, void*) {
  Machine machine;
  TestHost::Here() = {};
  (void)cpus[1].Create(hal::Cpu::CurrentCpu());
  outcome.enable = cpus[1].HardwareEnable();
  outcome.enabled = true;
  for (unsigned i = 0; i < kInterrupts; ++i) {
    machine.TriggerIrq();
    OpenInterruptWindow();
  }
  outcome.to_handler = TestHost::Here().irqs;
  outcome.to_host_table = HostTableIrqs();
  outcome.disable = cpus[1].HardwareDisable();
  outcome.done = true;
}

// T2: a CPU that was last to leave withdrew the handler that another had just installed.
TEST(Handlers, OfOneCpuOutliveEveryTransitionOfAnother) {
  Machine machine;
  ASSERT_EQ(cpus[0].Create(hal::Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(platforms::StartCpu(1, &TakeInterrupts, nullptr), Status::kOk);
  unsigned transitions = 0;
  while (!outcome.done) {
    ASSERT_EQ(cpus[0].HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpus[0].HardwareDisable(), Status::kOk);
    transitions += outcome.enabled ? 1 : 0;
  }
  EXPECT_EQ(outcome.enable.load(), Status::kOk);
  EXPECT_EQ(outcome.disable.load(), Status::kOk);
  EXPECT_EQ(outcome.to_handler.load(), kInterrupts);
  EXPECT_EQ(outcome.to_host_table.load(), 0u);
  EXPECT_GT(transitions, 0u);
}

}  // namespace
}  // namespace trivet::tests
