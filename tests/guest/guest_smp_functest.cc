// The guest's life on four CPUs at once, each with its own page, stage 2 and timer. EL2 only.

#include <gtest/gtest.h>

#include <atomic>

#include "platforms/runtime/cpus.h"
#include "tests/guest/life.h"
#include "tests/guest/life_expectations.h"

namespace trivet::tests {
namespace {

constexpr unsigned kCpus = 4;
constexpr auto kKind = percpu::HostKind::kNvhe;

Life lives[kCpus];
std::atomic<unsigned> arrived;
std::atomic<unsigned> done;

/// All CPUs start together, so that they really overlap.
void LiveOnThisCpu(unsigned cpu, void*) {
  ++arrived;
  while (arrived < kCpus) {
  }
  LiveThrough(cpu, kKind, Service::kCalled, lives[cpu]);
  ++done;
}

TEST(GuestSmp, FourCpusLiveTheWholeLifeAtOnce) {
  ASSERT_GE(platforms::CpuCount(), kCpus);
  for (unsigned cpu = 1; cpu < kCpus; ++cpu) {
    ASSERT_EQ(platforms::StartCpu(cpu, &LiveOnThisCpu, nullptr), Status::kOk);
  }
  LiveOnThisCpu(0, nullptr);
  while (done < kCpus) {
  }
  for (unsigned cpu = 0; cpu < kCpus; ++cpu) {
    SCOPED_TRACE(cpu);
    ExpectTheWholeLife(kKind, Service::kCalled, lives[cpu]);
  }
}

}  // namespace
}  // namespace trivet::tests
