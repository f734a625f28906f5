// All CPUs or none: with real threads over simulated PEs, and on the CPUs of the board.

#include "allcpus/all_cpus.h"

#include <gtest/gtest.h>

#include <new>

#include "tests/allcpus/group.h"
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests {
namespace {

using allcpus::Operation;
using allcpus::Outcome;

/// A Group made anew in static storage: it is too large for a stack.
template <unsigned kCpus>
Group<kCpus>& Fresh(TestCpus& test_cpus) {
  alignas(Group<kCpus>) static unsigned char bytes[sizeof(Group<kCpus>)];
  return *new (bytes) Group<kCpus>(test_cpus);
}

template <unsigned kCpus>
void ExpectEnableAndDisable() {
  TestCpus test_cpus(kCpus);
  Group<kCpus>& group = Fresh<kCpus>(test_cpus);
  group.Prepare();
  for (int i = 0; i < 3; ++i) {
    ASSERT_EQ(group.Round(Operation::kEnable), Status::kOk);
    EXPECT_TRUE(group.AllAre(true));
    ASSERT_EQ(group.Round(Operation::kDisable), Status::kOk);
    EXPECT_TRUE(group.AllAre(false));
    EXPECT_TRUE(group.AllAreAsBefore());
  }
}

TEST(AllCpus, TwoAreEnabledAndDisabledTogether) { ExpectEnableAndDisable<2>(); }
TEST(AllCpus, FourAreEnabledAndDisabledTogether) { ExpectEnableAndDisable<4>(); }

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

TEST(AllCpus, TheReportNamesWhoIsToBlame) {
  TestCpus test_cpus(2);
  Group<2>& group = Fresh<2>(test_cpus);
  group.cpus[1].trouble = Trouble::kInUse;
  group.Prepare();
  ASSERT_EQ(group.Round(Operation::kEnable), Status::kInUse);
  struct Text {
    char bytes[64];
    std::size_t used;
  } text = {};
  group.all.PrintReport({[](void* to, const char* piece, std::size_t size) {
                           auto& text = *static_cast<Text*>(to);
                           for (std::size_t i = 0; i < size; ++i)
                             text.bytes[text.used++] = piece[i];
                         },
                         &text});
  EXPECT_STREQ(text.bytes, "CPU 1: kInUse, as before\n");
}

}  // namespace
}  // namespace trivet::tests
