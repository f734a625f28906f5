// SPDX-License-Identifier: Apache-2.0 OR MIT
// Rounds by the system counter on the CPUs of the board. EL2 only: the simulator's counter stands
// still.

#include <gtest/gtest.h>

#include "allcpus/all_cpus.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/allcpus/test_cpus.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

constexpr unsigned kCpus = 4;
/// Long enough for an emulator on a busy machine, in ticks of the system counter.
std::uint64_t Seconds(unsigned seconds) { return hal::Cpu::Read<hal::CntfrqEl0>().raw() * seconds; }

allcpus::AllCpus<kCpus> all;
percpu::PerCpu<TestHost> cpus[kCpus];
Status results[kCpus];

void Create(unsigned cpu, void*) { results[cpu] = cpus[cpu].Create(hal::Cpu::CurrentCpu()); }

void Join(unsigned cpu, void*) {
  allcpus::SystemCounter clock;
  results[cpu] = all.Join(cpu, allcpus::Local(cpus[cpu]), clock, Seconds(10));
}

TEST(AllCpusBySystemCounter, AHundredRoundsAndThenAMissingCpu) {
  TestCpus test_cpus(kCpus);
  Create(0, nullptr);
  const auto summon = [&test_cpus] {
    test_cpus.WaitForAll();
    for (unsigned cpu = 1; cpu < kCpus; ++cpu) test_cpus.Start(cpu, &Join, nullptr);
  };
  for (unsigned cpu = 1; cpu < kCpus; ++cpu) test_cpus.Start(cpu, &Create, nullptr);
  test_cpus.WaitForAll();
  allcpus::SystemCounter clock;
  const allcpus::LocalCpu here = allcpus::Local(cpus[0]);
  for (int i = 0; i < 50; ++i) {
    ASSERT_EQ(all.EnableAll(0, here, clock, Seconds(10), summon), Status::kOk);
    for (const auto& cpu : cpus) EXPECT_TRUE(cpu.IsEnabled());
    ASSERT_EQ(all.DisableAll(0, here, clock, Seconds(10), summon), Status::kOk);
    for (const auto& cpu : cpus) EXPECT_FALSE(cpu.IsEnabled());
  }
  const std::uint64_t limit = Seconds(1) / 100;
  const std::uint64_t start = clock.Now();
  EXPECT_EQ(all.EnableAll(0, here, clock, limit, [] {}), Status::kTimedOut);
  EXPECT_GT(clock.Now() - start, limit);
  for (unsigned cpu = 1; cpu < kCpus; ++cpu) {
    EXPECT_EQ(all.report(cpu).status, Status::kTimedOut);
    EXPECT_EQ(all.report(cpu).outcome, allcpus::Outcome::kAbsent);
  }
  EXPECT_FALSE(cpus[0].IsEnabled());
}

}  // namespace
}  // namespace trivet::tests
