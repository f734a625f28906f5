// SPDX-License-Identifier: Apache-2.0 OR MIT
// The guest scenario on up to four CPUs at once, each with its own page, stage 2 and timer; and
// calls on a CPU that is not the object's. EL2 only.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/scenario_expectations.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

constexpr unsigned kMostCpus = 4;
constexpr auto kKind = percpu::HostKind::kNvhe;

ScenarioResult results[kMostCpus];
HostInterface host_interface;
std::atomic<unsigned> arrived;
std::atomic<unsigned> done;

unsigned Cpus() { return std::min(platforms::CpuCount(), kMostCpus); }

/// All CPUs start together, so that they really overlap.
void LiveOnThisCpu(unsigned cpu, void*) {
  ++arrived;
  while (arrived < Cpus()) {
  }
  RunScenario(cpu, kKind, host_interface, results[cpu]);
  ++done;
}

/// A CPU that has said it is done may be a few instructions away from being startable again.
Status StartWhenParked(unsigned cpu, platforms::CpuEntry entry) {
  constexpr unsigned kMostTries = 100'000'000;
  Status status = Status::kInvalidArgument;
  for (unsigned i = 0; i < kMostTries && status == Status::kInvalidArgument; ++i) {
    status = platforms::StartCpu(cpu, entry, nullptr);
  }
  return status;
}

class GuestSmp : public ::testing::TestWithParam<HostInterface> {};

TEST_P(GuestSmp, AllCpusRunTheScenarioAtOnce) {
  host_interface = GetParam();
  arrived = done = 0;
  for (ScenarioResult& result : results) result = {};
  for (unsigned cpu = 1; cpu < Cpus(); ++cpu) {
    ASSERT_EQ(StartWhenParked(cpu, &LiveOnThisCpu), Status::kOk);
  }
  LiveOnThisCpu(0, nullptr);
  while (done < Cpus()) {
  }
  for (unsigned cpu = 0; cpu < Cpus(); ++cpu) {
    SCOPED_TRACE(cpu);
    ExpectScenario(kKind, host_interface, results[cpu]);
  }
}

INSTANTIATE_TEST_SUITE_P(Services, GuestSmp,
                         ::testing::Values(HostInterface::kCallback, HostInterface::kPassThrough));

// ---- Calls on another CPU than the object's.

constinit percpu::PerCpu<TestHost> enabled_here;
[[clang::no_destroy]] vcpu::BlockStage2 stage2;
vcpu::Vcpu* guest;
constexpr unsigned kCalls = 6;
Status statuses[kCalls];

void CallFromAnotherCpu(unsigned, void*) {
  const Status returned[kCalls] = {guest->Run(enabled_here).error_or(Status::kOk),
                                   guest->Unload(enabled_here),
                                   enabled_here.Audit(),
                                   enabled_here.HardwareDisable(),
                                   enabled_here.PrepareSuspend(),
                                   enabled_here.HandOver()};
  std::ranges::copy(returned, statuses);
  ++done;
}

TEST(AnotherCpu, IsAnErrorOfEachCallAndChangesNothing) {
  if (Cpus() < 2) GTEST_SKIP() << "this machine has one CPU";
  Machine machine;
  done = 0;
  ASSERT_EQ(MapGuest(stage2), Status::kOk);
  ASSERT_EQ(enabled_here.Create(hal::Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(enabled_here.HardwareEnable(), Status::kOk);
  vcpu::Vcpu loaded({.entry = PlaceGuest(),
                     .vtcr = vcpu::BlockStage2::vtcr(),
                     .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2), 9)});
  guest = &loaded;
  EXPECT_TRUE(loaded.Run(enabled_here).has_value());
  const HostView before = HostView::Now();
  ASSERT_EQ(StartWhenParked(1, &CallFromAnotherCpu), Status::kOk);
  while (done == 0) {
  }
  for (const Status status : statuses) EXPECT_EQ(status, Status::kWrongCpu);
  EXPECT_TRUE(HostView::Now() == before);
  EXPECT_TRUE(loaded.Run(enabled_here).has_value());
  EXPECT_EQ(loaded.Unload(enabled_here), Status::kOk);
  EXPECT_EQ(enabled_here.HardwareDisable(), Status::kOk);
}

}  // namespace
}  // namespace trivet::tests
