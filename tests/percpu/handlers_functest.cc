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

// At least so many of each while the other goes on.
constexpr unsigned kInterrupts = 200, kTransitions = 20;

constinit percpu::PerCpu<TestHost> cpus[2];

/// How often CPU 0 went there and back since CPU 1 is enabled: CPU 1 goes on until it is enough,
/// however the host of an emulator shares out its own CPUs.
std::atomic<unsigned> transitions;

/// What CPU 1 did, for CPU 0 to judge.
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

// T2: a CPU that was last to leave withdrew the handler that another had just installed.
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
