// SPDX-License-Identifier: Apache-2.0 OR MIT
// The virtual CPU interface over list registers, by what a guest's ICC_* names read and change.

#include "sim/gic/list_registers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/gic/virtual_interface_testing.h"
#include "sim/pe/machine.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::ListRegisterState;
using enum hal::RegisterId;
using enum hal::ListRegisterState;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

using ListRegistersTest = VirtualInterfaceTest;

TEST_F(ListRegistersTest, TheHigherPriorityHidesTheOtherGroup) {
  Put(kIchLr0El2, Lr(40).group(true).priority(0x80));
  Put(kIchLr1El2, Lr(41).group(false).priority(0x40));
  EXPECT_EQ(Read(kIccHppir1El1), 1023u);
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
  EXPECT_EQ(Read(kIccHppir0El1), 41u);
  EXPECT_EQ(Read(kIccIar0El1), 41u);
  EXPECT_EQ(Read(kIccHppir1El1), 40u);
}

TEST_F(ListRegistersTest, ADisabledGroupHidesNothing) {
  Put(kIchLr0El2, Lr(40).group(true).priority(0x80));
  Put(kIchLr1El2, Lr(41).group(false).priority(0x40));
  Write(kIccIgrpen0El1, 0);
  EXPECT_EQ(Read(kIccHppir0El1), 1023u);
  EXPECT_EQ(Read(kIccIar1El1), 40u);
}

TEST_F(ListRegistersTest, TheMaskKeepsAnInterruptFromTheGuestButNotFromHppir) {
  Put(kIchLr0El2, Lr(40).priority(0x80));
  Write(kIccPmrEl1, 0x80);
  EXPECT_EQ(Read(kIccHppir1El1), 40u);
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
  EXPECT_FALSE(ListRegisters(pe_).Signals(1));
  Write(kIccPmrEl1, 0x88);
  EXPECT_TRUE(ListRegisters(pe_).Signals(1));
}

TEST_F(ListRegistersTest, AnInterfaceThatIsOffSignalsNothing) {
  pe_.Poke(kIchHcrEl2, 0);
  Put(kIchLr0El2, Lr(40).priority(0x80));
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
  EXPECT_EQ(StateOf(kIchLr0El2), kPending);
}

TEST_F(ListRegistersTest, TheLowestPriorityIsNeverSignalled) {
  pe_.Poke(kIchVmcrEl2, hal::IchVmcrEl2().vpmr(0xff).veng1(true).raw());
  Put(kIchLr0El2, Lr(40).priority(0xff));
  EXPECT_EQ(Read(kIccHppir1El1), 1023u);
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
}

TEST_F(ListRegistersTest, PreemptionComparesGroupPrioritiesOfBoth) {
  Put(kIchLr0El2, Lr(40).priority(0x88));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  Write(kIccBpr1El1, 5);  // Bits 7 to 5 decide from now on: 0x80 does not preempt 0x88.
  Put(kIchLr1El2, Lr(41).priority(0x80));
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
  Write(kIccBpr1El1, 3);
  EXPECT_EQ(Read(kIccIar1El1), 41u);
}

TEST_F(ListRegistersTest, ACommonBinaryPointOf7LeavesNoPreemption) {
  Write(kIccCtlrEl1, hal::IccCtlrEl1().cbpr(true).raw());
  Write(kIccBpr0El1, 7);
  Put(kIchLr0El2, Lr(40).priority(0xc0));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  EXPECT_EQ(pe_.Peek(kIchAp1r0El2), 1u);
  Put(kIchLr1El2, Lr(41).priority(0x08));
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
}

TEST_F(ListRegistersTest, SpecialIntidsEndNothing) {
  Put(kIchLr0El2, Lr(40).priority(0x80));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  for (const std::uint64_t special : {1020u, 1021u, 1022u, 1023u}) {
    Write(kIccEoir1El1, special);
    EXPECT_EQ(Read(kIccRprEl1), 0x80u) << special;
  }
  EXPECT_EQ(Counted(), 0);
  Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  for (const std::uint64_t special : {1020u, 1021u, 1022u, 1023u}) Write(kIccDirEl1, special);
  EXPECT_EQ(Counted(), 0);
}

TEST_F(ListRegistersTest, AnEndOfTheOtherGroupDropsThePriorityAndLeavesTheInterruptActive) {
  Put(kIchLr0El2, Lr(40).group(true).priority(0x80));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  Write(kIccEoir0El1, 40);
  EXPECT_EQ(Read(kIccRprEl1), 0xffu);
  EXPECT_EQ(StateOf(kIchLr0El2), kActive);
  EXPECT_EQ(Counted(), 0);
}

TEST_F(ListRegistersTest, EndsAreCountedByTheModeThatDeactivates) {
  const auto active = [this] { pe_.Poke(kIchAp1r0El2, 1 << 4); };
  active();
  Write(kIccEoir1El1, 77);
  EXPECT_EQ(Counted(), 1);
  Write(kIccDirEl1, 77);
  EXPECT_EQ(Counted(), 1) << "EOImode 0: ICV_DIR does nothing";
  Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  active();
  Write(kIccEoir1El1, 77);
  EXPECT_EQ(Counted(), 1) << "EOImode 1: ICV_EOIR drops the priority only";
  EXPECT_EQ(Read(kIccRprEl1), 0xffu);
  Write(kIccDirEl1, 77);
  EXPECT_EQ(Counted(), 2);
}

TEST_F(ListRegistersTest, TheCountOfEndsWraps) {
  Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  for (int n = 0; n < 33; ++n) Write(kIccDirEl1, 77);
  EXPECT_EQ(Counted(), 1);
  EXPECT_EQ(pe_.Peek(kIchHcrEl2), hal::IchHcrEl2().en(true).eoicount(1).raw());
}

TEST_F(ListRegistersTest, AnLpiIsDeactivatedByItsEndAndNeverCounted) {
  for (const bool split : {false, true}) {
    Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(split).raw());
    Put(kIchLr0El2, Lr(8200).priority(0x80));
    EXPECT_EQ(Read(kIccIar1El1), 8200u);
    Write(kIccEoir1El1, 8200);
    EXPECT_EQ(StateOf(kIchLr0El2), kInvalid) << split;
    pe_.Poke(kIchAp1r0El2, 1 << 4);
    Write(kIccEoir1El1, 8201);
    Write(kIccDirEl1, 8201);
    EXPECT_EQ(Counted(), 0);
  }
}

TEST_F(ListRegistersTest, APendingAndActiveInterruptIsPendingAfterItsEnd) {
  Put(kIchLr0El2, Lr(40).priority(0x80));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  Put(kIchLr0El2, Lr(40).priority(0x80).state(kPendingAndActive));
  EXPECT_EQ(Read(kIccIar1El1), 1023u);
  EXPECT_EQ(Read(kIccHppir1El1), 1023u);
  Write(kIccEoir1El1, 40);
  EXPECT_EQ(StateOf(kIchLr0El2), kPending);
  EXPECT_EQ(Read(kIccIar1El1), 40u);
}

/// Makes a physical interrupt active on `pe`, as EL2 does that keeps it for a guest.
void TakePhysical(Pe& pe, unsigned intid) {
  pe.set_pstate(Pstate::Masked(2));
  pe.Poke(kIccPmrEl1, 0xf8);
  pe.Poke(kIccIgrpen1El1, 1);
  pe.Poke(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  pe.SetInterruptPending(intid);
  EXPECT_EQ(pe.Read(kIccIar1El1), intid);
  pe.Write(kIccEoir1El1, intid);
  EXPECT_TRUE(pe.gic().IsActive(intid));
  pe.set_pstate(Pstate::Masked(1));
}

TEST_F(ListRegistersTest, TheEndOfAHardwareInterruptDeactivatesThePhysicalOne) {
  for (const bool split : {false, true}) {
    TakePhysical(pe_, 50);
    Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(split).raw());
    Put(kIchLr0El2, Lr(40).priority(0x80).hw(true).pintid(50));
    EXPECT_EQ(Read(kIccIar1El1), 40u);
    EXPECT_TRUE(pe_.gic().IsActive(50));
    Write(kIccEoir1El1, 40);
    EXPECT_EQ(pe_.gic().IsActive(50), split);
    Write(kIccDirEl1, 40);
    EXPECT_FALSE(pe_.gic().IsActive(50));
  }
}

TEST_F(ListRegistersTest, TheEndOfASoftwareInterruptDeactivatesNothing) {
  TakePhysical(pe_, 512);  // As ICH_LRn_EL2.EOI would name it.
  Put(kIchLr0El2, Lr(40).priority(0x80).pintid(512));
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  Write(kIccEoir1El1, 40);
  EXPECT_TRUE(pe_.gic().IsActive(512));
}

TEST_F(ListRegistersTest, ThePhysicalSpiMayBeActiveOnAnotherPeAPpiNot) {
  Machine machine(ProfileNamed("max"), 2);
  for (const unsigned intid : {27u, 50u}) {
    TakePhysical(machine.pe(0), intid);
    machine.pe(1).DeactivateInterrupt(intid);
    EXPECT_EQ(machine.pe(0).gic().IsActive(intid), intid == 27u);
  }
}

TEST_F(ListRegistersTest, AGuestDoesNotRunWithWhatIsUnpredictable) {
  pe_.Poke(kHcrEl2, hal::HcrEl2().rw(true).imo(true).raw());
  const auto refused = [this](hal::IchLr0El2 lr, const char* why) {
    Put(kIchLr1El2, lr);
    EXPECT_THAT([this] { pe_.RunLowerEl(); }, ThrowsMessage<Violation>(HasSubstr(why)));
    Put(kIchLr1El2, lr.state(kInvalid));
    EXPECT_NO_THROW(ListRegisters(pe_).Refuse());
  };
  Put(kIchLr0El2, Lr(40));
  refused(Lr(40).state(kActive), "ICH_LR0_EL2 and ICH_LR1_EL2 both have vINTID 40");
  refused(Lr(1021), "vINTID is 1020 to 1023");
  refused(Lr(41).nmi(true), "ICH_LR1_EL2 = 0x5800000000000029: NMI");
  refused(Lr(41).hw(true).pintid(50).state(kPendingAndActive), "HW and pending and active");
  refused(Lr(41).hw(true).pintid(1020), "pINTID is not an SGI, PPI or SPI");
  pe_.Poke(kIchAp1r0El2, hal::IchAp1r0El2().nmi(true).raw());
  EXPECT_THAT([this] { pe_.RunLowerEl(); }, ThrowsMessage<Violation>(HasSubstr("AP1R0_EL2.NMI")));
  for (const auto hcr : {hal::IchHcrEl2().dvim(true), hal::IchHcrEl2().vsgieoicount(true)}) {
    pe_.Poke(kIchHcrEl2, hcr.en(true).raw());
    EXPECT_THAT([this] { pe_.RunLowerEl(); }, ThrowsMessage<Violation>(HasSubstr("DVIM")));
  }
}

TEST_F(ListRegistersTest, VmcrHoldsWhatTheInterfaceHas) {
  pe_.set_pstate(Pstate::Masked(2));
  pe_.Write(kIchVmcrEl2, 0);
  EXPECT_EQ(pe_.Peek(kIchVmcrEl2), hal::IchVmcrEl2().vbpr0(2).vbpr1(3).vfiqen(true).raw());
  pe_.Write(kIchVmcrEl2, 0xffff'ffff);
  EXPECT_EQ(pe_.Peek(kIchVmcrEl2), 0xf8fc'021b);
}

TEST_F(ListRegistersTest, PriorityBitsThatAreNotImplementedAreReserved) {
  pe_.set_pstate(Pstate::Masked(2));
  pe_.set_reserved_bits(ReservedBits::kViolation);
  EXPECT_NO_THROW(pe_.Write(kIchLr0El2, Lr(40).priority(0xf8).raw()));
  EXPECT_THAT([this] { pe_.Write(kIchLr0El2, Lr(40).priority(0x84).raw()); },
              ThrowsMessage<Violation>(HasSubstr("Priority")));
}

}  // namespace
}  // namespace trivet::sim
