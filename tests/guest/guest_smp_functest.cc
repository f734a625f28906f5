// The guest scenario on up to four CPUs at once, each with its own page, stage 2 and timer. EL2
// only.

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>

#include "platforms/runtime/cpus.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/scenario_expectations.h"

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
Status StartWhenParked(unsigned cpu) {
  constexpr unsigned kMostTries = 100'000'000;
  Status status = Status::kInvalidArgument;
  for (unsigned i = 0; i < kMostTries && status == Status::kInvalidArgument; ++i) {
    status = platforms::StartCpu(cpu, &LiveOnThisCpu, nullptr);
  }
  return status;
}

class GuestSmp : public ::testing::TestWithParam<HostInterface> {};

TEST_P(GuestSmp, AllCpusRunTheScenarioAtOnce) {
  host_interface = GetParam();
  arrived = done = 0;
  for (ScenarioResult& result : results) result = {};
  for (unsigned cpu = 1; cpu < Cpus(); ++cpu) ASSERT_EQ(StartWhenParked(cpu), Status::kOk);
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

}  // namespace
}  // namespace trivet::tests
