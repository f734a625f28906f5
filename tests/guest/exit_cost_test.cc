// SPDX-License-Identifier: Apache-2.0 OR MIT
// What EL2 executes for an exit, from the values of its event counter.

#include "vcpu/exit_cost.h"

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/support/machine.h"

namespace trivet::tests::exit_cost_test {
namespace {

using hal::Cpu;
using vcpu::ExitReason;

class ExitCostTest : public ::testing::Test {
 protected:
  void Start() {
    cost_.Start();
    EXPECT_TRUE(Cpu::Read<hal::PmcrEl0>().e());
    Cpu::Write<hal::PmcrEl0>(Cpu::Read<hal::PmcrEl0>().e(false));  // The test counts.
    Cpu::Isb();
  }
  void ExitAt(std::uint32_t instructions, ExitReason reason) {
    Cpu::Write<hal::Pmevcntr0El0>(hal::Pmevcntr0El0::FromRaw(instructions));
    Cpu::Isb();
    cost_.Add(reason);
  }

  Machine machine_;
  vcpu::ExitCost cost_{ExitReason::kIrq, 600};
};

TEST_F(ExitCostTest, TwoExitsInSuccessionAreOneCost) {
  Start();
  ExitAt(1'000, ExitReason::kIrq);
  EXPECT_EQ(cost_.exits(), 0u);
  EXPECT_EQ(cost_.fewest(), 0u);
  ExitAt(1'590, ExitReason::kIrq);
  ExitAt(2'190, ExitReason::kIrq);
  ExitAt(2'791, ExitReason::kIrq);
  EXPECT_EQ(cost_.exits(), 3u);
  EXPECT_EQ(cost_.fewest(), 590u);
  EXPECT_EQ(cost_.beyond(), 1u) << "600 is not beyond 600";
}

TEST_F(ExitCostTest, OtherExitsAndWhatIsBeforeAStartAreNotCounted) {
  Start();
  ExitAt(100, ExitReason::kIrq);
  ExitAt(110, ExitReason::kHypercall);
  ExitAt(120, ExitReason::kIrq);
  EXPECT_EQ(cost_.exits(), 0u);
  Start();
  ExitAt(125, ExitReason::kIrq);
  EXPECT_EQ(cost_.exits(), 0u);
  ExitAt(500, ExitReason::kIrq);
  EXPECT_EQ(cost_.fewest(), 375u);
}

TEST_F(ExitCostTest, TheCounterMayWrap) {
  Start();
  ExitAt(0xffff'ff00, ExitReason::kIrq);
  ExitAt(0x100, ExitReason::kIrq);
  EXPECT_EQ(cost_.fewest(), 0x200u);
}

TEST_F(ExitCostTest, OnlyEl2IsCounted) {
  Start();
  const auto type = Cpu::Read<hal::Pmevtyper0El0>();
  EXPECT_TRUE(type.p());
  EXPECT_TRUE(type.u());
  EXPECT_TRUE(type.nsh());
  EXPECT_EQ(type.evtcount(), 8u);
  EXPECT_EQ(Cpu::Read<hal::PmcntensetEl0>().p() & 1, 1u);
}

}  // namespace
}  // namespace trivet::tests::exit_cost_test
