// SPDX-License-Identifier: Apache-2.0 OR MIT
// All CPUs or none: with real threads over simulated PEs, and on the CPUs of the board.

#include "allcpus/all_cpus.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <new>

#include "tests/allcpus/group.h"
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests {
namespace {

using allcpus::Operation;
using allcpus::Outcome;

/// A Group made anew in static storage: it is too large for a stack.
template <unsigned kCapacity>
Group<kCapacity>& Fresh(TestCpus& test_cpus, unsigned size = kCapacity) {
  alignas(Group<kCapacity>) static unsigned char bytes[sizeof(Group<kCapacity>)];
  return *new (bytes) Group<kCapacity>(test_cpus, size);
}

void ExpectEnableAndDisable(unsigned size) {
  TestCpus test_cpus(size);
  Group<4>& group = Fresh<4>(test_cpus, size);
  group.Prepare();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(group.Round(Operation::kEnable), Status::kOk);
    EXPECT_TRUE(group.AllAre(true));
    ASSERT_EQ(group.Round(Operation::kDisable), Status::kOk);
    EXPECT_TRUE(group.AllAre(false));
    EXPECT_TRUE(group.AllAreAsBefore());
  }
}

TEST(AllCpus, TwoAreEnabledAndDisabledTogether) { ExpectEnableAndDisable(2); }
TEST(AllCpus, FourAreEnabledAndDisabledTogether) { ExpectEnableAndDisable(4); }

TEST(AllCpus, ASizeThatIsLessThanTheCapacityIsTheGroups) {
  TestCpus test_cpus(1);
  Group<4>& group = Fresh<4>(test_cpus, 1);
  group.Prepare();
  allcpus::PollCount clock;
  ASSERT_EQ(group.all.Announce(Operation::kEnable), Status::kOk);
  EXPECT_EQ(group.all.Join(1, group.cpus[1].Local(), clock, 100), Status::kInvalidArgument);
  EXPECT_EQ(group.all.Lead(1, group.cpus[1].Local(), clock, 100), Status::kInvalidArgument);
  EXPECT_EQ(group.all.Lead(0, group.cpus[0].Local(), clock, 100), Status::kOk);
  EXPECT_EQ(group.Round(Operation::kDisable), Status::kOk);
}

TEST(AllCpus, AGroupLargerThanItsCapacityHasNoCpus) {
  TestCpus test_cpus(1);
  Group<4>& group = Fresh<4>(test_cpus, 5);
  group.cpus[0].Prepare();
  allcpus::PollCount clock;
  EXPECT_EQ(group.all.size(), 0u);
  EXPECT_EQ(group.all.EnableAll(0, group.cpus[0].Local(), clock, 100, [] {}),
            Status::kInvalidArgument);
  EXPECT_FALSE(group.cpus[0].cpu.IsEnabled());
}

/// The failing CPU is named with its reason, the others with that they are not to blame, and every
/// register of every CPU is as before. Then the trouble goes away.
void ExpectAllOrNothing(unsigned victim, Trouble trouble) {
  constexpr unsigned kCpus = 4;
  SCOPED_TRACE(victim);
  SCOPED_TRACE(static_cast<int>(trouble));
  TestCpus test_cpus(kCpus);
  Group<kCpus>& group = Fresh<kCpus>(test_cpus);
  group.cpus[victim].trouble = trouble;
  group.Prepare();
  ASSERT_EQ(group.Round(Operation::kEnable), StatusOf(trouble));
  EXPECT_TRUE(group.AllAre(false));
  EXPECT_TRUE(group.AllAreAsBefore());
  for (unsigned i = 0; i < kCpus; ++i) {
    SCOPED_TRACE(i);
    const allcpus::CpuReport& report = group.all.report(i);
    EXPECT_EQ(report.status, i == victim ? StatusOf(trouble) : Status::kPeerFailed);
    // A round may have failed before the others came.
    const bool may_be_absent = i != victim || trouble == Trouble::kAbsent;
    EXPECT_TRUE(report.outcome == Outcome::kAsBefore ||
                (may_be_absent && report.outcome == Outcome::kAbsent));
    if (i == victim || i == 0) continue;
    EXPECT_EQ(group.cpus[i].result, Status::kPeerFailed);
  }
}

TEST(AllCpus, OneThatFailsLeavesAllAsTheyWere) {
  constexpr Trouble kTroubles[] = {Trouble::kWrongCpu, Trouble::kInUse, Trouble::kHandlerMissing,
                                   Trouble::kFailsLate};
  for (unsigned victim = 0; victim < 4; ++victim) {
    for (const Trouble trouble : kTroubles) ExpectAllOrNothing(victim, trouble);
  }
}

TEST(AllCpus, OneThatNeverComesIsNamedAndTheOthersAreAsTheyWere) {
  for (unsigned victim = 1; victim < 4; ++victim) ExpectAllOrNothing(victim, Trouble::kAbsent);
}

TEST(AllCpus, OneThatComesTooLateGetsTheRoundsErrorAndStaysAsItWas) {
  constexpr unsigned kCpus = 3;
  TestCpus test_cpus(kCpus);
  Group<kCpus>& group = Fresh<kCpus>(test_cpus);
  group.cpus[2].trouble = Trouble::kAbsent;
  group.Prepare();
  ASSERT_EQ(group.Round(Operation::kEnable), Status::kTimedOut);
  EXPECT_EQ(group.JoinLate(2), Status::kTimedOut);
  EXPECT_TRUE(group.AllAre(false));
  group.cpus[2].trouble = Trouble::kNone;
  EXPECT_EQ(group.Round(Operation::kEnable), Status::kOk);
  EXPECT_EQ(group.Round(Operation::kDisable), Status::kOk);
  EXPECT_TRUE(group.AllAreAsBefore());
}

TEST(AllCpus, ADisableThatFailsLeavesAllEnabled) {
  constexpr unsigned kCpus = 3;
  TestCpus test_cpus(kCpus);
  Group<kCpus>& group = Fresh<kCpus>(test_cpus);
  group.Prepare();
  ASSERT_EQ(group.Round(Operation::kEnable), Status::kOk);
  for (const Trouble trouble : {Trouble::kFailsLate, Trouble::kAbsent}) {
    group.cpus[1].trouble = trouble;
    EXPECT_EQ(group.Round(Operation::kDisable), StatusOf(trouble));
    EXPECT_TRUE(group.AllAre(true));
    EXPECT_EQ(group.all.report(1).status, StatusOf(trouble));
  }
  group.cpus[1].trouble = Trouble::kNone;
  EXPECT_EQ(group.Round(Operation::kDisable), Status::kOk);
  EXPECT_TRUE(group.AllAreAsBefore());
}

TEST(AllCpus, ARoundThatIsAlreadySoIsRefusedAndChangesNothing) {
  constexpr unsigned kCpus = 2;
  TestCpus test_cpus(kCpus);
  Group<kCpus>& group = Fresh<kCpus>(test_cpus);
  group.Prepare();
  EXPECT_EQ(group.Round(Operation::kDisable), Status::kNotEnabled);
  ASSERT_EQ(group.Round(Operation::kEnable), Status::kOk);
  EXPECT_EQ(group.Round(Operation::kEnable), Status::kAlreadyEnabled);
  EXPECT_TRUE(group.AllAre(true));
  ASSERT_EQ(group.Round(Operation::kDisable), Status::kOk);
}

TEST(AllCpus, MissingAndDoubleCallsAreErrors) {
  TestCpus test_cpus(1);
  Group<1>& group = Fresh<1>(test_cpus);
  group.Prepare();
  allcpus::PollCount clock;
  const allcpus::LocalCpu here = group.cpus[0].Local();
  EXPECT_EQ(group.all.Join(0, here, clock, 100), Status::kNotCreated);
  EXPECT_EQ(group.all.Lead(0, here, clock, 100), Status::kNotCreated);
  ASSERT_EQ(group.all.Announce(Operation::kEnable), Status::kOk);
  EXPECT_EQ(group.all.Announce(Operation::kEnable), Status::kAlreadyCreated);
  EXPECT_EQ(group.all.Join(1, here, clock, 100), Status::kInvalidArgument);
  EXPECT_EQ(group.all.Lead(1, here, clock, 100), Status::kInvalidArgument);
  ASSERT_EQ(group.all.Lead(0, here, clock, 100), Status::kOk);
  EXPECT_EQ(group.all.Join(0, here, clock, 100), Status::kAlreadyCreated);
  EXPECT_EQ(group.all.Lead(0, here, clock, 100), Status::kNotCreated);
  EXPECT_TRUE(group.AllAre(true));
  EXPECT_EQ(group.all.DisableAll(0, here, clock, 100, [] {}), Status::kOk);
  EXPECT_TRUE(group.AllAre(false));
}

TEST(AllCpus, ACpuWhoseLeaderNeverComesGivesUp) {
  TestCpus test_cpus(1);
  Group<2>& group = Fresh<2>(test_cpus);
  group.cpus[0].Prepare();
  allcpus::PollCount clock;
  ASSERT_EQ(group.all.Announce(Operation::kEnable), Status::kOk);
  EXPECT_EQ(group.all.Join(0, group.cpus[0].Local(), clock, 100), Status::kTimedOut);
  EXPECT_FALSE(group.cpus[0].cpu.IsEnabled());
}

TEST(AllCpus, AMissingCpuEndsTheRoundByCountingLooks) {
  TestCpus test_cpus(1);
  Group<2>& group = Fresh<2>(test_cpus);
  group.cpus[0].Prepare();
  allcpus::PollCount clock;
  EXPECT_EQ(group.all.EnableAll(0, group.cpus[0].Local(), clock, 100, [] {}), Status::kTimedOut);
  EXPECT_EQ(group.all.report(1).status, Status::kTimedOut);
  EXPECT_EQ(group.all.report(0).status, Status::kPeerFailed);
  EXPECT_FALSE(group.cpus[0].cpu.IsEnabled());
}

TEST(AllCpus, EachCpusWordHasItsOwnCacheLine) {
  static_assert(alignof(allcpus::MemberCell) == allcpus::kLineSize);
  static_assert(sizeof(allcpus::MemberCell) == allcpus::kLineSize);
  static_assert(sizeof(allcpus::LeaderCell) == allcpus::kLineSize);
}

/// What a report prints, a call of its sink each.
struct Lines {
  char text[4][64];
  unsigned count;

  static void Add(void* to, const char* line, std::size_t size) {
    auto& lines = *static_cast<Lines*>(to);
    ASSERT_LT(lines.count, 4u);
    ASSERT_LT(size, sizeof(lines.text[0]));
    for (std::size_t i = 0; i < size; ++i) lines.text[lines.count][i] = line[i];
    ++lines.count;
  }
};

TEST(AllCpus, TheReportNamesWhoIsToBlameInLinesOfOnePiece) {
  TestCpus test_cpus(3);
  Group<4>& group = Fresh<4>(test_cpus, 3);
  group.cpus[1].trouble = Trouble::kAbsent;
  group.cpus[2].trouble = Trouble::kAbsent;
  group.Prepare();
  ASSERT_EQ(group.Round(Operation::kEnable), Status::kTimedOut);
  Lines lines = {};
  group.all.PrintReport({&Lines::Add, &lines});
  EXPECT_EQ(lines.count, 2u);
  EXPECT_STREQ(lines.text[0], "CPU 1: kTimedOut, never arrived\n");
  EXPECT_STREQ(lines.text[1], "CPU 2: kTimedOut, never arrived\n");
}

}  // namespace
}  // namespace trivet::tests
