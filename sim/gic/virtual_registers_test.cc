// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest's ICC_* names reach under HCR_EL2.IMO and FMO, and DISR_EL1 under AMO.

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/gic/virtual_interface_testing.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/pe.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::IchLr0El2;
using hal::IchVmcrEl2;
using enum hal::RegisterId;

class VirtualRegistersTest : public VirtualInterfaceTest {
 protected:
  VirtualRegistersTest() { Route(HcrEl2().imo(true).fmo(true).amo(true)); }
  void Route(HcrEl2 bits) { pe_.Poke(kHcrEl2, bits.rw(true).raw()); }
  IchVmcrEl2 Vmcr() const { return IchVmcrEl2::FromRaw(pe_.Peek(kIchVmcrEl2)); }
  void List(hal::RegisterId lr, std::uint32_t vintid, std::uint8_t priority, bool group = true) {
    pe_.Poke(lr, IchLr0El2()
                     .state(static_cast<hal::ListRegisterState>(1))
                     .group(group)
                     .priority(priority)
                     .vintid(vintid)
                     .raw());
  }
  std::uint64_t StateOf(hal::RegisterId lr) const { return pe_.Peek(lr) >> 62; }
};

TEST_F(VirtualRegistersTest, NoNameReachesThePhysicalInterface) {
  struct Row {
    hal::RegisterId name;
    std::uint64_t physical, written, read;
  };
  for (const Row& row :
       {Row{kIccPmrEl1, 0xa0, 0x58, 0x58}, Row{kIccBpr0El1, 6, 4, 4}, Row{kIccBpr1El1, 6, 5, 5},
        Row{kIccIgrpen0El1, 1, 0, 0}, Row{kIccIgrpen1El1, 1, 0, 0},
        Row{kIccAp0r0El1, 0x11, 0x400, 0x400}, Row{kIccAp1r0El1, 0x12, 0x800, 0x800}}) {
    pe_.Poke(row.name, row.physical);
    Write(row.name, row.written);
    EXPECT_EQ(Read(row.name), row.read) << hal::InfoOf(row.name).name;
    EXPECT_EQ(pe_.Peek(row.name), row.physical) << hal::InfoOf(row.name).name;
  }
  EXPECT_EQ(Vmcr().vpmr(), 0x58);
  EXPECT_EQ(Vmcr().vbpr0(), 4);
  EXPECT_EQ(Vmcr().vbpr1(), 5);
  EXPECT_FALSE(Vmcr().veng0() || Vmcr().veng1());
  EXPECT_EQ(pe_.Peek(kIchAp0r0El2), 0x400u);
  EXPECT_EQ(pe_.Peek(kIchAp1r0El2), 0x800u);
}

TEST_F(VirtualRegistersTest, WithoutRoutingTheyReachThePhysicalInterface) {
  Route(HcrEl2());
  for (const hal::RegisterId id : {kIccPmrEl1, kIccBpr0El1, kIccIgrpen1El1, kIccAp1r0El1}) {
    const std::uint64_t before = Vmcr().raw();
    Write(id, 1);
    EXPECT_EQ(pe_.Peek(id), 1u) << hal::InfoOf(id).name;
    EXPECT_EQ(Read(id), 1u);
    EXPECT_EQ(Vmcr().raw(), before);
  }
}

TEST_F(VirtualRegistersTest, EachGroupFollowsItsOwnBitAndSharedNamesFollowBoth) {
  for (const bool fmo : {true, false}) {
    Route(HcrEl2().fmo(fmo).imo(!fmo));
    pe_.Poke(kIchVmcrEl2, IchVmcrEl2().raw());
    for (const hal::RegisterId id : {kIccIgrpen0El1, kIccIgrpen1El1, kIccPmrEl1}) pe_.Poke(id, 0);
    Write(kIccIgrpen0El1, 1);
    Write(kIccIgrpen1El1, 1);
    Write(kIccPmrEl1, 0x30);
    EXPECT_EQ(Vmcr().veng0(), fmo);
    EXPECT_EQ(Vmcr().veng1(), !fmo);
    EXPECT_EQ(Vmcr().vpmr(), 0x30);
    EXPECT_EQ(pe_.Peek(kIccPmrEl1), 0u);
    EXPECT_EQ(Read(kIccRprEl1), 0xffu);
  }
}

TEST_F(VirtualRegistersTest, CtlrShowsTheVirtualInterface) {
  pe_.Poke(kIccCtlrEl1, 0);
  Write(kIccCtlrEl1, hal::IccCtlrEl1().cbpr(true).eoimode(true).raw());
  EXPECT_TRUE(Vmcr().vcbpr() && Vmcr().veoim());
  const auto ctlr = hal::IccCtlrEl1::FromRaw(Read(kIccCtlrEl1));
  const auto vtr = hal::IchVtrEl2::FromRaw(pe_.Peek(kIchVtrEl2));
  EXPECT_EQ(ctlr.pribits(), vtr.pribits());
  EXPECT_EQ(ctlr.a3v(), vtr.a3v());
  EXPECT_EQ(pe_.Peek(kIccCtlrEl1), 0u);
  // With CBPR one binary point serves both groups.
  Write(kIccBpr0El1, 4);
  EXPECT_EQ(Read(kIccBpr1El1), 5u);
  Write(kIccBpr1El1, 7);
  EXPECT_EQ(Read(kIccBpr1El1), 5u);
}

TEST_F(VirtualRegistersTest, BinaryPointsHaveALeastValue) {
  Write(kIccBpr0El1, 0);
  Write(kIccBpr1El1, 0);
  EXPECT_EQ(Read(kIccBpr0El1), 2u);  // Five bits of preemption.
  EXPECT_EQ(Read(kIccBpr1El1), 3u);
}

TEST_F(VirtualRegistersTest, ActivePrioritiesFollowAcknowledgeAndEnd) {
  List(kIchLr0El2, 40, 0x80);
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  EXPECT_EQ(pe_.Peek(kIchAp1r0El2), std::uint64_t{1} << (0x80 >> 3));
  EXPECT_EQ(Read(kIccRprEl1), 0x80u);
  // A lower or equal priority waits, a higher one preempts.
  List(kIchLr1El2, 41, 0x80);
  EXPECT_EQ(Read(kIccIar1El1), GicInterface::kSpurious);
  List(kIchLr2El2, 42, 0x40, false);
  EXPECT_EQ(Read(kIccIar0El1), 42u);
  EXPECT_EQ(pe_.Peek(kIchAp0r0El2), std::uint64_t{1} << (0x40 >> 3));
  Write(kIccEoir0El1, 42);
  EXPECT_EQ(pe_.Peek(kIchAp0r0El2), 0u);
  EXPECT_EQ(StateOf(kIchLr2El2), 0u);
  EXPECT_EQ(Read(kIccRprEl1), 0x80u);
  Write(kIccEoir1El1, 40);
  EXPECT_EQ(pe_.Peek(kIchAp1r0El2), 0u);
  EXPECT_EQ(Read(kIccIar1El1), 41u);
}

TEST_F(VirtualRegistersTest, WithEoimodeDirDeactivates) {
  Write(kIccCtlrEl1, hal::IccCtlrEl1().eoimode(true).raw());
  List(kIchLr0El2, 40, 0x80);
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  Write(kIccEoir1El1, 40);
  EXPECT_EQ(Read(kIccRprEl1), 0xffu);
  EXPECT_EQ(StateOf(kIchLr0El2), 2u);
  Write(kIccDirEl1, 40);
  EXPECT_EQ(StateOf(kIchLr0El2), 0u);
}

TEST_F(VirtualRegistersTest, AnEndThatNoListRegisterHoldsIsCounted) {
  pe_.Poke(kIchAp1r0El2, 1 << 4);
  Write(kIccEoir1El1, 77);
  EXPECT_EQ(hal::IchHcrEl2::FromRaw(pe_.Peek(kIchHcrEl2)).eoicount(), 1);
  // Without an active priority there is nothing to end.
  Write(kIccEoir1El1, 78);
  EXPECT_EQ(hal::IchHcrEl2::FromRaw(pe_.Peek(kIchHcrEl2)).eoicount(), 1);
}

TEST_F(VirtualRegistersTest, TheBinaryPointGroupsPriorities) {
  Write(kIccBpr1El1, 5);  // Bits 7 to 5 decide.
  List(kIchLr0El2, 40, 0x98);
  EXPECT_EQ(Read(kIccIar1El1), 40u);
  EXPECT_EQ(Read(kIccRprEl1), 0x80u);
  List(kIchLr1El2, 41, 0x88);
  EXPECT_EQ(Read(kIccIar1El1), GicInterface::kSpurious);
}

TEST_F(VirtualRegistersTest, AmoRedirectsTheDeferredErrorRecord) {
  pe_.Poke(kDisrEl1, 0x11);
  pe_.Poke(kVdisrEl2, 0x22);
  EXPECT_EQ(Read(kDisrEl1), 0x22u);
  Write(kDisrEl1, 0);
  EXPECT_EQ(pe_.Peek(kDisrEl1), 0x11u);
  EXPECT_EQ(pe_.Peek(kVdisrEl2), 0u);
  Route(HcrEl2());
  EXPECT_EQ(Read(kDisrEl1), 0x11u);
  pe_.set_pstate(Pstate::Masked(2));
  Route(HcrEl2().amo(true));
  EXPECT_EQ(pe_.Read(kDisrEl1), 0x11u) << "EL2's own";
}

}  // namespace
}  // namespace trivet::sim
