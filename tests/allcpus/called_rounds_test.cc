// SPDX-License-Identifier: Apache-2.0 OR MIT
// Rounds that one CPU begins while the others are elsewhere.

#include "allcpus/called_rounds.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cstdint>
#include <new>

#include "allcpus/clock.h"
#include "tests/allcpus/group.h"
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests::called_rounds_test {
namespace {

using allcpus::Operation;

constexpr unsigned kCpus = 3;
/// Polls: no round of these tests is meant to reach it.
constexpr std::uint64_t kLimit = ~std::uint64_t{0} / 8;

std::atomic<unsigned> calls[kCpus];

/// CPUs that come to an open round after so many calls.
struct Elsewhere {
  allcpus::CalledRounds<4> rounds{kCpus, [](unsigned cpu) { ++calls[cpu]; }};
  TroubledCpu cpus[kCpus];
  unsigned comes_after[kCpus] = {};

  Elsewhere() {
    for (auto& count : calls) count = 0;
  }
  Status TakePart(unsigned self) {
    allcpus::PollCount clock;
    return rounds.TakePart(self, cpus[self].Local(), clock, kLimit, 4);
  }
  static void ComeWhenCalled(unsigned self, void* context) {
    auto& all = *static_cast<Elsewhere*>(context);
    all.cpus[self].Prepare();
    while (calls[self] < all.comes_after[self]) TestCpus::Yield();
    all.cpus[self].result = all.TakePart(self);
  }
  /// CPU 0 begins the round and leads it.
  Status Round(TestCpus& test_cpus, Operation operation) {
    EXPECT_EQ(rounds.Begin(0, operation), Status::kOk);
    EXPECT_TRUE(rounds.IsOpen());
    for (unsigned cpu = 1; cpu < kCpus; ++cpu) test_cpus.Start(cpu, &ComeWhenCalled, this);
    const Status status = TakePart(0);
    test_cpus.WaitForAll();
    EXPECT_FALSE(rounds.IsOpen());
    return status;
  }
};

Elsewhere& Fresh() {
  alignas(Elsewhere) static unsigned char bytes[sizeof(Elsewhere)];
  return *new (bytes) Elsewhere();
}

TEST(CalledRounds, TheOthersAreCalledUntilTheyTakePart) {
  TestCpus test_cpus(kCpus);
  Elsewhere& all = Fresh();
  all.cpus[0].Prepare();
  all.comes_after[1] = 1;
  all.comes_after[2] = 5;
  ASSERT_EQ(all.Round(test_cpus, Operation::kEnable), Status::kOk);
  for (const TroubledCpu& cpu : all.cpus) EXPECT_TRUE(cpu.cpu.IsEnabled());
  EXPECT_EQ(all.rounds.last(), 0x200u) << "kOk; the last CPU is named where none failed";
  EXPECT_GE(calls[2], 5u);
  EXPECT_EQ(calls[1], calls[2]);
  EXPECT_EQ(calls[0], 0u) << "it leads";
}

TEST(CalledRounds, TheCpuThatCausesAFailureIsNamedAndTheNextRoundIsANewOne) {
  TestCpus test_cpus(kCpus);
  Elsewhere& all = Fresh();
  all.cpus[0].Prepare();
  all.cpus[1].trouble = Trouble::kFailsLate;
  EXPECT_EQ(all.Round(test_cpus, Operation::kEnable), Status::kLostState);
  EXPECT_EQ(all.rounds.last(), static_cast<unsigned>(Status::kLostState) | 1u << 8);
  EXPECT_EQ(all.cpus[2].result, Status::kPeerFailed);
  for (const TroubledCpu& cpu : all.cpus) EXPECT_FALSE(cpu.cpu.IsEnabled());
  all.cpus[1].trouble = Trouble::kNone;
  EXPECT_EQ(all.Round(test_cpus, Operation::kEnable), Status::kOk);
}

TEST(CalledRounds, WhileOneIsOpenNoneBegins) {
  TestCpus test_cpus(1);
  Elsewhere& all = Fresh();
  ASSERT_EQ(all.rounds.Begin(1, Operation::kEnable), Status::kOk);
  EXPECT_EQ(all.rounds.Begin(0, Operation::kEnable), Status::kAlreadyCreated);
  EXPECT_EQ(calls[0], 1u);
  EXPECT_EQ(calls[1], 0u) << "CPU 1 leads";
  EXPECT_EQ(calls[2], 1u);
}

}  // namespace
}  // namespace trivet::tests::called_rounds_test
