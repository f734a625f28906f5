// SPDX-License-Identifier: Apache-2.0 OR MIT
// Groups larger than any board here has, and register accesses that fail: on simulated PEs.

#include <gtest/gtest.h>

#include <memory>

#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
#include "tests/allcpus/group.h"
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests::many_cpus_test {
namespace {

using allcpus::Action;
using allcpus::Operation;
using allcpus::Outcome;

template <unsigned kCpus>
void ExpectEnableAndDisable() {
  TestCpus test_cpus(kCpus);
  const auto group = std::make_unique<Group<kCpus>>(test_cpus);
  group->Prepare();
  ASSERT_EQ(group->Round(Operation::kEnable), Status::kOk);
  EXPECT_TRUE(group->AllAre(true));
  ASSERT_EQ(group->Round(Operation::kDisable), Status::kOk);
  EXPECT_TRUE(group->AllAre(false));
  EXPECT_TRUE(group->AllAreAsBefore());
}

TEST(ManyCpus, SixtyFourAreEnabledAndDisabledTogether) { ExpectEnableAndDisable<64>(); }
TEST(ManyCpus, FiveHundredAndTwelveAreEnabledAndDisabledTogether) {
  if (__has_feature(address_sanitizer)) GTEST_SKIP() << "512 host threads take a minute";
  ExpectEnableAndDisable<512>();
}

TEST(ManyCpus, OneOfSixtyFourFailsAtEachEndAndInTheMiddle) {
  for (const unsigned victim : {0u, 31u, 63u}) {
    TestCpus test_cpus(64);
    const auto group = std::make_unique<Group<64>>(test_cpus);
    group->cpus[victim].trouble = Trouble::kFailsLate;
    group->Prepare();
    EXPECT_EQ(group->Round(Operation::kEnable), StatusOf(Trouble::kFailsLate));
    EXPECT_TRUE(group->AllAreAsBefore());
    EXPECT_EQ(group->all.report(victim).status, StatusOf(Trouble::kFailsLate));
  }
}

/// A CPU whose n-th register access of the change faults: an abort in the middle of it.
struct FaultingCpu {
  percpu::PerCpu<TestHost>& cpu;
  unsigned fault_at = 0;
  bool faulted = false;

  Status Act(Action action, Operation operation, percpu::Error& error) {
    const allcpus::LocalCpu local = allcpus::Local(cpu);
    if (action != Action::kCommit) return local.Act(action, operation, error);
    sim::Pe& pe = sim::CurrentPe();
    pe.FailAccess(fault_at);
    try {
      const Status status = local.Act(action, operation, error);
      pe.FailAccess(0);
      return status;
    } catch (const sim::InjectedFault&) {
      faulted = true;
      pe.DaifMask();
      return (error = {.status = Status::kLostState}).status;
    }
  }
  allcpus::LocalCpu Local() {
    return {.self = this,
            .act = [](void* self, Action action, Operation operation, percpu::Error& error) {
              return static_cast<FaultingCpu*>(self)->Act(action, operation, error);
            }};
  }
};

struct FaultyPair {
  allcpus::AllCpus<2> all;
  percpu::PerCpu<TestHost> cpus[2];
  FaultingCpu faulting{cpus[1]};
  HostView before, after;

  /// CPU 1's part: the registers before and after stand beside the change.
  static void Join(unsigned cpu, void* context) {
    auto& self = *static_cast<FaultyPair*>(context);
    self.before = HostView::Now();
    std::atomic<unsigned> waiting = 0;
    NoTimeoutClock clock(waiting, 0);
    (void)self.all.Join(cpu, self.faulting.Local(), clock, NoTimeoutClock::kLimit);
    self.after = HostView::Now();
  }
  Status Round(TestCpus& test_cpus, Operation operation) {
    std::atomic<unsigned> waiting = 0;
    NoTimeoutClock clock(waiting, 0);
    const auto summon = [&] { test_cpus.Start(1, &FaultyPair::Join, this); };
    const allcpus::LocalCpu here = allcpus::Local(cpus[0]);
    const bool enable = operation == Operation::kEnable;
    const Status status = enable ? all.EnableAll(0, here, clock, NoTimeoutClock::kLimit, summon)
                                 : all.DisableAll(0, here, clock, NoTimeoutClock::kLimit, summon);
    test_cpus.WaitForAll();
    return status;
  }
};

/// Fails each register access of CPU 1's change in turn, until there is none left to fail.
void ExpectEveryFaultUndone(Operation operation) {
  TestCpus test_cpus(2);
  const auto pair = std::make_unique<FaultyPair>();
  const bool was = operation == Operation::kDisable;
  ASSERT_EQ(pair->cpus[0].Create(CpuId{0}), Status::kOk);
  ASSERT_EQ(pair->cpus[1].Create(CpuId{1}), Status::kOk);
  if (was) ASSERT_EQ(pair->Round(test_cpus, Operation::kEnable), Status::kOk);
  for (pair->faulting.fault_at = 1;; ++pair->faulting.fault_at) {
    SCOPED_TRACE(pair->faulting.fault_at);
    pair->faulting.faulted = false;
    const Status status = pair->Round(test_cpus, operation);
    if (!pair->faulting.faulted) break;
    ASSERT_EQ(status, Status::kLostState);
    EXPECT_EQ(pair->all.report(1).outcome, Outcome::kAsBefore);
    EXPECT_EQ(pair->cpus[0].IsEnabled(), was);
    EXPECT_EQ(pair->cpus[1].IsEnabled(), was);
    EXPECT_TRUE(pair->after == pair->before);
  }
  EXPECT_GE(pair->faulting.fault_at, 15u);
  EXPECT_EQ(pair->cpus[0].IsEnabled(), !was);
  EXPECT_EQ(pair->cpus[1].IsEnabled(), !was);
}

TEST(ManyCpus, EveryFaultInTheMiddleOfAnEnableIsUndoneOnBoth) {
  ExpectEveryFaultUndone(Operation::kEnable);
}
TEST(ManyCpus, EveryFaultInTheMiddleOfADisableIsUndoneOnBoth) {
  ExpectEveryFaultUndone(Operation::kDisable);
}

}  // namespace
}  // namespace trivet::tests::many_cpus_test
