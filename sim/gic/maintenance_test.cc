// SPDX-License-Identifier: Apache-2.0 OR MIT
// ICH_MISR, EISR and ELRSR_EL2, and the maintenance interrupt.

#include "sim/gic/maintenance.h"

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/gic/virtual_interface_testing.h"
#include "sim/pe/machine.h"

namespace trivet::sim {
namespace {

using hal::IchHcrEl2;
using hal::IchMisrEl2;
using hal::IchVmcrEl2;
using enum hal::RegisterId;
using enum hal::ListRegisterState;

class MaintenanceTest : public VirtualInterfaceTest {
 protected:
  void Control(IchHcrEl2 hcr) { pe_.Poke(kIchHcrEl2, hcr.raw()); }
  IchMisrEl2 Misr() const { return IchMisrEl2::FromRaw(pe_.Peek(kIchMisrEl2)); }
  static constexpr std::uint16_t kEoi = 1 << 9;  // ICH_LRn_EL2[41] as a bit of pINTID.
};

TEST_F(MaintenanceTest, ListRegistersAreValidEndedOrEmpty) {
  Put(kIchLr0El2, Lr(40));
  Put(kIchLr1El2, Lr(41).state(kInvalid).pintid(kEoi));
  Put(kIchLr2El2, Lr(42).state(kInvalid).pintid(kEoi).hw(true));
  Put(kIchLr3El2, hal::IchLr0El2());
  EXPECT_EQ(pe_.Peek(kIchEisrEl2), 0b0010u);
  EXPECT_EQ(pe_.Peek(kIchElrsrEl2), 0b1100u);
  EXPECT_EQ(Misr(), IchMisrEl2().eoi(true));
  Put(kIchLr1El2, Lr(41).state(kActive).pintid(kEoi));
  EXPECT_EQ(pe_.Peek(kIchEisrEl2), 0u);
  EXPECT_EQ(pe_.Peek(kIchElrsrEl2), 0b1100u);
  EXPECT_EQ(Misr(), IchMisrEl2());
}

TEST_F(MaintenanceTest, El2ReadsTheseRegistersAndCannotWriteThem) {
  pe_.set_pstate(Pstate::Masked(2));
  Put(kIchLr2El2, Lr(42));
  EXPECT_EQ(pe_.Read(kIchElrsrEl2), 0b1011u);
  EXPECT_EQ(pe_.Read(kIchEisrEl2), 0u);
  EXPECT_EQ(pe_.Read(kIchMisrEl2), 0u);
  EXPECT_EQ(pe_.PlanOf(kIchMisrEl2).write, Outcome::kReadOnly);
  pe_.WarmReset();
  EXPECT_EQ(pe_.pstate(), Pstate::Masked(2)) << "nothing is stored";
}

TEST_F(MaintenanceTest, UnderflowIsAtMostOneValid) {
  Control(IchHcrEl2().uie(true));
  EXPECT_EQ(Misr(), IchMisrEl2().u(true));
  Put(kIchLr3El2, Lr(40).state(kActive));
  EXPECT_EQ(Misr(), IchMisrEl2().u(true));
  Put(kIchLr0El2, Lr(41));
  EXPECT_EQ(Misr(), IchMisrEl2());
  Put(kIchLr1El2, Lr(42).state(kPendingAndActive));
  EXPECT_EQ(Misr(), IchMisrEl2());
}

TEST_F(MaintenanceTest, NoPendingLooksForPendingAlone) {
  Control(IchHcrEl2().npie(true));
  EXPECT_EQ(Misr(), IchMisrEl2().np(true));
  Put(kIchLr0El2, Lr(40).state(kPendingAndActive));
  EXPECT_EQ(Misr(), IchMisrEl2().np(true));
  Put(kIchLr1El2, Lr(41));
  EXPECT_EQ(Misr(), IchMisrEl2());
  Control(IchHcrEl2());
  Put(kIchLr1El2, hal::IchLr0El2());
  EXPECT_EQ(Misr(), IchMisrEl2());
}

TEST_F(MaintenanceTest, AnEndThatNoListRegisterHoldsIsReported) {
  Control(IchHcrEl2().en(true).lrenpie(true));
  EXPECT_EQ(Misr(), IchMisrEl2());
  pe_.Poke(kIchAp1r0El2, 1 << 4);
  Write(kIccEoir1El1, 77);
  EXPECT_EQ(Misr(), IchMisrEl2().lrenp(true));
  Control(IchHcrEl2().en(true).eoicount(1));
  EXPECT_EQ(Misr(), IchMisrEl2());
}

TEST_F(MaintenanceTest, GroupsReportThatTheyAreEnabledOrDisabled) {
  const auto with = [this](IchHcrEl2 hcr, bool veng0, bool veng1) {
    Control(hcr);
    pe_.Poke(kIchVmcrEl2, IchVmcrEl2().veng0(veng0).veng1(veng1).raw());
    return Misr();
  };
  for (const bool on : {false, true}) {
    EXPECT_EQ(with(IchHcrEl2().vgrp0eie(true), on, !on), IchMisrEl2().vgrp0e(on));
    EXPECT_EQ(with(IchHcrEl2().vgrp0die(true), on, !on), IchMisrEl2().vgrp0d(!on));
    EXPECT_EQ(with(IchHcrEl2().vgrp1eie(true), !on, on), IchMisrEl2().vgrp1e(on));
    EXPECT_EQ(with(IchHcrEl2().vgrp1die(true), !on, on), IchMisrEl2().vgrp1d(!on));
  }
}

TEST_F(MaintenanceTest, TheInterruptIsALevelThatNeedsTheInterfaceOn) {
  Control(IchHcrEl2().npie(true));
  EXPECT_NE(pe_.Peek(kIchMisrEl2), 0u);
  EXPECT_FALSE(pe_.MaintenanceInterrupt());
  Control(IchHcrEl2().npie(true).en(true));
  EXPECT_TRUE(pe_.MaintenanceInterrupt());
  Put(kIchLr0El2, Lr(40));
  EXPECT_FALSE(pe_.MaintenanceInterrupt());
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  EXPECT_TRUE(pe_.MaintenanceInterrupt());
}

TEST(LargeInterface, HasWhatItsVtrSays) {
  Pe pe(ProfileNamed("max")
            .With("ICH_VTR_EL2", "ListRegs", 15)
            .With("ICH_VTR_EL2", "PRIbits", 7)
            .With("ICH_VTR_EL2", "PREbits", 6));
  pe.Poke(kIchHcrEl2, IchHcrEl2().en(true).raw());
  pe.Write(kIchVmcrEl2, IchVmcrEl2().vpmr(0xff).veng1(true).raw());
  EXPECT_EQ(IchVmcrEl2::FromRaw(pe.Peek(kIchVmcrEl2)).vbpr0(), 0);
  EXPECT_EQ(IchVmcrEl2::FromRaw(pe.Peek(kIchVmcrEl2)).vpmr(), 0xff);
  EXPECT_EQ(pe.Read(kIchElrsrEl2), 0xffffu);
  const auto lr = hal::IchLr0El2().state(kPending).group(true).priority(0xa3).vintid(40);
  pe.Write(kIchLr15El2, lr.raw());
  EXPECT_EQ(pe.Read(kIchElrsrEl2), 0x7fffu);
  pe.Poke(kHcrEl2, hal::HcrEl2().rw(true).imo(true).raw());
  pe.set_pstate(Pstate::Masked(1));
  EXPECT_FALSE(Interpreter(pe).Execute(Mrs(1, kIccIar1El1)).has_value());
  EXPECT_EQ(pe.x(1), 40u);
  EXPECT_EQ(pe.Peek(kIchAp1r2El2), std::uint64_t{1} << 17);  // 0xa3 in 7 bits: 32 * 2 + 17.
  EXPECT_FALSE(Interpreter(pe).Execute(Mrs(1, kIccRprEl1)).has_value());
  EXPECT_EQ(pe.x(1), 0xa2u);
}

/// What a guest's instruction raises reaches EL2 as the next exception, as long as the level lasts.
TEST_F(MaintenanceTest, ItArrivesAsThePpiThatItDrives) {
  constexpr unsigned kPpi = 25;
  Machine machine(ProfileNamed("max"), 2);
  machine.RouteMaintenanceInterrupts(kPpi);
  Pe& pe = machine.pe(1);
  pe.Poke(kIccPmrEl1, 0xf8);
  pe.Poke(kIccIgrpen1El1, 1);
  pe.Poke(kHcrEl2, hal::HcrEl2().rw(true).imo(true).fmo(true).raw());
  pe.Poke(kIchVmcrEl2, IchVmcrEl2().vpmr(0xf8).veng1(true).raw());
  pe.Poke(kIchHcrEl2, IchHcrEl2().en(true).npie(true).raw());
  pe.Poke(kIchLr0El2, Lr(40).raw());
  pe.set_pstate(Pstate::Masked(1));
  EXPECT_FALSE(pe.DeliverableInterrupt());
  EXPECT_FALSE(Interpreter(pe).Execute(Mrs(1, kIccIar1El1)).has_value());
  const auto exception = pe.DeliverableInterrupt();
  ASSERT_TRUE(exception);
  EXPECT_EQ(exception->target_el, 2u);
  pe.TakeException(*exception);
  EXPECT_EQ(pe.Read(kIccIar1El1), kPpi);
  pe.Write(kIccEoir1El1, kPpi);
  EXPECT_EQ(pe.Read(kIccHppir1El1), kPpi) << "still asserted";
  pe.Write(kIchHcrEl2, IchHcrEl2().en(true).raw());
  EXPECT_EQ(pe.Read(kIccHppir1El1), GicInterface::kSpurious);
  EXPECT_EQ(machine.pe(0).Read(kIccHppir1El1), GicInterface::kSpurious);
}

}  // namespace
}  // namespace trivet::sim
