// SPDX-License-Identifier: Apache-2.0 OR MIT
// The EL2 timer fires at random points of 10,000 enable and disable pairs: each interrupt is
// handled once, by Trivet's vectors or the host's own, and none is lost. EL2 only: it needs real
// time.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/abilities.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr unsigned kPairs = 10'000;
constexpr unsigned kPairsToMeasure = 256;
constexpr std::uint64_t kTimeoutTicks = 1 << 30;  ///< At least 1 s: counters run at 1 GHz or less.

std::uint64_t Now() {
  Cpu::Isb();  // [arm-arm] CNTPCT_EL0: may be read speculatively, out of order.
  return Cpu::Read<CntpctEl0>().raw();
}

/// xorshift64: the same delays on every run.
class Random {
 public:
  std::uint64_t Below(std::uint64_t bound) {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return state_ % bound;
  }

 private:
  std::uint64_t state_ = 0x1234'5678'9abc'def1;
};

class TimerInterrupts : public EachHostKind {
 protected:
  TimerInterrupts() : machine_(GetParam()) {
    TestHost::Here() = {};
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  }
  ~TimerInterrupts() override { (void)Cpu::DaifMask(); }

  static void UnmaskInterrupts() { Cpu::DaifRestore(Daif().d(true)); }
  static unsigned Ours() { return TestHost::Here().irqs; }
  static unsigned Taken() { return Ours() + HostTableIrqs(); }

  void Spin(std::uint64_t ticks) {
    for (const std::uint64_t start = Now(); Now() - start < ticks;) {
    }
  }
  /// Enables, stays enabled for `ticks` and until `taken` interrupts were, disables.
  void Pair(std::uint64_t ticks, unsigned taken = 0) {
    ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
    Spin(ticks);
    EXPECT_TRUE(WaitFor(taken)) << "lost while enabled";
    ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  }
  /// Ticks of the system counter that a pair takes here.
  std::uint64_t MeasurePair() {
    const std::uint64_t start = Now();
    for (unsigned i = 0; i < kPairsToMeasure; ++i) Pair(0);
    return (Now() - start) / kPairsToMeasure + 1;
  }
  bool WaitFor(unsigned taken) {
    for (const std::uint64_t start = Now(); Now() - start < kTimeoutTicks;) {
      if (Taken() >= taken) return true;
    }
    return false;
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

TEST_P(TimerInterrupts, AtRandomPointsAreEachHandledOnceAndNoneIsLost) {
  const HostView before = HostView::Now();
  Random random;
  UnmaskInterrupts();
  const std::uint64_t pair = MeasurePair();
  for (unsigned i = 0; i < kPairs; ++i) {
    // A slow machine delivers late, and so always to the same vectors: some find these in time.
    const bool waits_enabled = i % 16 == 0, starts_disabled = i % 16 == 8;
    const auto delay = static_cast<unsigned>(random.Below(2 * pair));
    if (!starts_disabled) machine_.StartTimer(delay);
    Pair(random.Below(pair), waits_enabled ? i + 1 : 0);
    if (starts_disabled) machine_.StartTimer(delay);
    ASSERT_TRUE(WaitFor(i + 1)) << "pair " << i << ": the interrupt was lost";
    ASSERT_EQ(Taken(), i + 1) << "pair " << i << ": handled more than once";
  }
  (void)Cpu::DaifMask();
  EXPECT_TRUE(HostView::Now() == before);
  RecordProperty("taken_by_trivets_vectors", static_cast<int>(Ours()));
  RecordProperty("taken_by_the_hosts", static_cast<int>(HostTableIrqs()));
  EXPECT_GT(HostTableIrqs(), 0u);
  // A VHE host has its own vectors whenever it runs.
  if (GetParam() == HostKind::kVhe) EXPECT_EQ(Ours(), 0u);
  if (GetParam() != HostKind::kVhe) EXPECT_GT(Ours(), 0u);

  const unsigned by_the_host = HostTableIrqs();
  machine_.TriggerIrq();  // Sent by this CPU to itself.
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), by_the_host + 1);
  EXPECT_EQ(Taken(), kPairs + 1);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, TimerInterrupts,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
