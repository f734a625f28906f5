// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/machine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/pe/code_map.h"
#include "sim/pe/violation.h"

namespace trivet::sim::machine_test {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kVectors = 0x4008'0000, kCode = 0x8000'0000;
thread_local std::vector<std::uint64_t> acknowledged;

/// Acknowledges and ends on whichever group the vector is of.
void Handle(Pe& pe, std::uint64_t offset) {
  const bool fiq = offset == 0x300;
  const std::uint64_t intid = pe.Read(fiq ? RegisterId::kIccIar0El1 : RegisterId::kIccIar1El1);
  acknowledged.push_back(intid);
  pe.Write(fiq ? RegisterId::kIccEoir0El1 : RegisterId::kIccEoir1El1, intid);
}

void Prepare(Pe& pe) {
  pe.Poke(RegisterId::kVbarEl2, kVectors);
  pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).imo(true).fmo(true).amo(true).raw());
  pe.Write(RegisterId::kIccPmrEl1, 0xf8);
  pe.Write(RegisterId::kIccIgrpen0El1, 1);
  pe.Write(RegisterId::kIccIgrpen1El1, 1);
}

class MachineTest : public ::testing::Test {
 protected:
  MachineTest() {
    acknowledged.clear();
    for (unsigned i = 0; i < machine_.size(); ++i) Prepare(machine_.pe(i));
  }

  ScopedCode code_{kVectors, 0x800, Handle};
  Machine machine_{ProfileNamed("cortex-a72"), 18};
};

TEST_F(MachineTest, EachPeHasItsOwnAffinity) {
  EXPECT_EQ(machine_.pe(0).CurrentCpu(), CpuId{0});
  EXPECT_EQ(machine_.pe(17).CurrentCpu(), CpuId{0x101});
}

TEST_F(MachineTest, SgiReachesTheListedPeOnly) {
  // Aff1 = 1, target list bit 1: PE 17.
  machine_.pe(0).Write(RegisterId::kIccSgi1rEl1, 5ull << 24 | 1ull << 16 | 1ull << 1);
  machine_.pe(16).DaifRestore(0);
  EXPECT_TRUE(acknowledged.empty());
  machine_.pe(17).DaifRestore(0);
  EXPECT_THAT(acknowledged, ElementsAre(5));
  machine_.pe(17).Isb();
  EXPECT_EQ(acknowledged.size(), 1u);
}

TEST_F(MachineTest, BroadcastSgiSparesTheSender) {
  machine_.pe(3).Write(RegisterId::kIccSgi1rEl1, 2ull << 24 | 1ull << 40);
  for (unsigned i = 0; i < machine_.size(); ++i) machine_.pe(i).DaifRestore(0);
  EXPECT_EQ(acknowledged.size(), machine_.size() - 1);
}

TEST_F(MachineTest, GroupZeroArrivesAsFiq) {
  machine_.pe(0).Write(RegisterId::kIccSgi0rEl1, 7ull << 24 | 1);
  machine_.pe(0).DaifRestore(Pstate::kI);
  EXPECT_THAT(acknowledged, ElementsAre(7));
}

TEST_F(MachineTest, NothingPendingIsSpurious) {
  EXPECT_EQ(machine_.pe(0).Read(RegisterId::kIccIar1El1), 1023u);
  EXPECT_EQ(machine_.pe(0).Read(RegisterId::kIccRprEl1), 0xffu);
}

TEST_F(MachineTest, PriorityMaskHoldsAnInterruptBack) {
  Pe& pe = machine_.pe(0);
  pe.Write(RegisterId::kIccPmrEl1, GicInterface::kDefaultPriority);
  pe.SetInterruptPending(40);
  pe.DaifRestore(0);
  EXPECT_TRUE(acknowledged.empty());
  pe.Write(RegisterId::kIccPmrEl1, 0xf8);
  EXPECT_THAT(acknowledged, ElementsAre(40));
}

TEST_F(MachineTest, LevelInterruptComesAgainUntilLowered) {
  Pe& pe = machine_.pe(0);
  pe.SetInterruptLine(27, true);
  EXPECT_EQ(pe.Read(RegisterId::kIccIar1El1), 27u);
  EXPECT_EQ(pe.Read(RegisterId::kIccIar1El1), 1023u);
  pe.Write(RegisterId::kIccEoir1El1, 27);
  EXPECT_EQ(pe.Read(RegisterId::kIccHppir1El1), 27u);
  pe.SetInterruptLine(27, false);
  EXPECT_EQ(pe.Read(RegisterId::kIccHppir1El1), 1023u);
}

TEST_F(MachineTest, SplitEndLeavesTheInterruptActiveUntilDir) {
  Pe& pe = machine_.pe(0);
  pe.Write(RegisterId::kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  pe.SetInterruptPending(40);
  EXPECT_EQ(pe.Read(RegisterId::kIccIar1El1), 40u);
  pe.Write(RegisterId::kIccEoir1El1, 40);
  EXPECT_EQ(pe.Read(RegisterId::kIccRprEl1), 0xffu);
  EXPECT_TRUE(pe.gic().IsActive(40));
  pe.Write(RegisterId::kIccDirEl1, 40);
  EXPECT_FALSE(pe.gic().IsActive(40));
}

TEST_F(MachineTest, EndingAnotherInterruptIsAViolation) {
  Pe& pe = machine_.pe(0);
  pe.SetInterruptPending(40);
  pe.Read(RegisterId::kIccIar1El1);
  EXPECT_THAT([&] { pe.Write(RegisterId::kIccEoir1El1, 41); },
              ThrowsMessage<Violation>(HasSubstr("INTID 41")));
}

TEST_F(MachineTest, VirtualInterruptLivesFromListRegisterToDeactivation) {
  Pe& pe = machine_.pe(0);
  pe.SetInterruptPending(30);
  pe.Write(RegisterId::kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  EXPECT_EQ(pe.Read(RegisterId::kIccIar1El1), 30u);
  pe.Write(RegisterId::kIccEoir1El1, 30);
  pe.Write(RegisterId::kIchHcrEl2, hal::IchHcrEl2().en(true).raw());
  pe.Write(RegisterId::kIchVmcrEl2, hal::IchVmcrEl2().vpmr(0xff).veng1(true).raw());
  pe.Write(RegisterId::kIchLr0El2, hal::IchLr0El2()
                                       .state(static_cast<hal::ListRegisterState>(1))
                                       .hw(true)
                                       .group(true)
                                       .priority(0x80)
                                       .pintid(30)
                                       .vintid(27)
                                       .raw());
  pe.Poke(RegisterId::kVbarEl1, 0x9000'0000);
  pe.memory().Place(kCode, {BranchSelf()});
  pe.memory().Place(0x9000'0280,
                    {Mrs(0, RegisterId::kIccIar1El1), Msr(RegisterId::kIccEoir1El1, 0), Hvc(1)});
  pe.Write(RegisterId::kElrEl2, kCode);
  pe.Write(RegisterId::kSpsrEl2, 0x5);
  pe.ExceptionReturn();
  EXPECT_EQ(pe.RunLowerEl(), kVectors + 0x400);
  EXPECT_EQ(pe.x(0), 27u);
  EXPECT_EQ(pe.Read(RegisterId::kIchLr0El2) >> 62, 0u);
  EXPECT_FALSE(pe.gic().IsActive(30));
}

TEST(Machine, RefusesTooManyPes) { EXPECT_THROW(Machine(ProfileNamed("max"), 513), Violation); }

TEST(Machine, SgiWithoutAMachineIsAViolation) {
  Pe pe(ProfileNamed("cortex-a72"));
  EXPECT_THAT([&] { pe.Write(RegisterId::kIccSgi1rEl1, 1); },
              ThrowsMessage<Violation>(HasSubstr("in no sim::Machine")));
}

}  // namespace
}  // namespace trivet::sim::machine_test
