// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim::synchronization_test {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kVectors = 0x4008'0000, kCode = 0x8000'0000, kTable = 0x5000'0000;
constexpr std::uint64_t kOtherTable = 0x5000'1000;
constexpr std::uint64_t kExit = kVectors + 0x400;
constexpr std::uint64_t kHvcSyndrome = 0x5a000007;

/// The guest is mapped by the table at kTable and not by the one at kOtherTable: an HVC exit means
/// the first was walked, an abort the second.
class SynchronizationTest : public ::testing::Test {
 protected:
  SynchronizationTest() {
    pe_.Poke(RegisterId::kVbarEl2, kVectors);
    pe_.Poke(RegisterId::kVtcrEl2, 0x8002'3560);
    pe_.memory().Map(kTable, 0x2000);
    pe_.memory().Write(kTable + 16, kCode | 0x4fd, 8);
    pe_.memory().Place(kCode, {Hvc(7)});
    pe_.Poke(RegisterId::kHcrEl2, kOff.raw());
  }

  bool GuestIsMapped() {
    pe_.Write(RegisterId::kElrEl2, kCode);
    pe_.Write(RegisterId::kSpsrEl2, 0x3c5);
    pe_.ExceptionReturn();
    EXPECT_EQ(pe_.RunLowerEl(), kExit);
    return pe_.Read(RegisterId::kEsrEl2) == kHvcSyndrome;
  }
  void SwitchTable(std::uint64_t vttbr) {
    pe_.Write(RegisterId::kVttbrEl2, vttbr);
    pe_.Isb();
  }

  static constexpr HcrEl2 kOff = HcrEl2().rw(true);
  static constexpr HcrEl2 kOn = HcrEl2().rw(true).vm(true);
  Pe pe_{ProfileNamed("neoverse-v1")};
};

TEST_F(SynchronizationTest, TheSameVmidNeedsTlbMaintenance) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  EXPECT_TRUE(GuestIsMapped());
  SwitchTable(kOtherTable);
  EXPECT_TRUE(GuestIsMapped()) << "the TLB still holds the old translation";
  pe_.Invalidate(hal::Tlbi::kVmallS12E1);
  pe_.Dsb(hal::Domain::kNonShareable);
  pe_.Isb();
  EXPECT_FALSE(GuestIsMapped());
}

TEST_F(SynchronizationTest, ASnapshotHasWhatTheTlbHolds) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  SwitchTable(kOtherTable);
  const PeState stale = pe_.Snapshot();
  pe_.Invalidate(hal::Tlbi::kAllE1);
  pe_.Dsb(hal::Domain::kNonShareable);
  pe_.Isb();
  EXPECT_FALSE(GuestIsMapped());
  pe_.Restore(stale);
  EXPECT_TRUE(GuestIsMapped());
}

TEST_F(SynchronizationTest, AnotherVmidNeedsNone) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  EXPECT_TRUE(GuestIsMapped());
  SwitchTable(kOtherTable | 1ull << 48);
  EXPECT_FALSE(GuestIsMapped());
}

TEST_F(SynchronizationTest, TlbiWithoutDsbIsNotEnough) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  SwitchTable(kOtherTable);
  pe_.Invalidate(hal::Tlbi::kAllE1);
  pe_.Isb();
  EXPECT_TRUE(GuestIsMapped());
}

TEST_F(SynchronizationTest, BroadcastTlbiNeedsAnInnerShareableDsb) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  SwitchTable(kOtherTable);
  pe_.Invalidate(hal::Tlbi::kAllE1Is);
  pe_.Dsb(hal::Domain::kNonShareable);
  pe_.Isb();
  EXPECT_TRUE(GuestIsMapped());
  pe_.Dsb(hal::Domain::kInnerShareable);
  pe_.Isb();
  EXPECT_FALSE(GuestIsMapped());
}

TEST_F(SynchronizationTest, TlbiBeforeTheIsbOfTheChangeIsTooEarly) {
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  pe_.Write(RegisterId::kVttbrEl2, kOtherTable);
  pe_.Invalidate(hal::Tlbi::kAllE1);
  pe_.Dsb(hal::Domain::kNonShareable);
  pe_.Isb();
  EXPECT_TRUE(GuestIsMapped());
}

TEST_F(SynchronizationTest, AllNewStrategyDoesNotSeeTheStaleEntry) {
  pe_.chooser().Use(Strategy::kAllNew);
  pe_.Poke(RegisterId::kVttbrEl2, kTable);
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  pe_.Isb();
  SwitchTable(kOtherTable);
  EXPECT_FALSE(GuestIsMapped());
}

TEST_F(SynchronizationTest, VmWithUnknownTablesIsAViolationAtTheIsb) {
  pe_.MakeUnknown(RegisterId::kVttbrEl2, ~std::uint64_t{0});
  pe_.Write(RegisterId::kHcrEl2, kOn.raw());
  EXPECT_THAT([&] { pe_.Isb(); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("VTTBR_EL2"), HasSubstr("UNKNOWN"))));
}

TEST_F(SynchronizationTest, ExceptionReturnSynchronizesTrapControls) {
  pe_.Write(RegisterId::kHcrEl2, kOff.twi(true).raw());
  pe_.memory().Place(kCode, {Wfi()});
  EXPECT_FALSE(GuestIsMapped());
  EXPECT_EQ(pe_.Read(RegisterId::kEsrEl2) >> 26, 1u);
}

TEST_F(SynchronizationTest, RandomStrategyIsReproducible) {
  Chooser a, b;
  a.Use(Strategy::kRandom, 42);
  b.Use(Strategy::kRandom, 42);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.SeesNew(), b.SeesNew());
}

TEST_F(SynchronizationTest, ExhaustiveStrategyVisitsEveryCombinationOnce) {
  Chooser chooser;
  chooser.Use(Strategy::kExhaustive);
  std::vector<unsigned> seen;
  do {
    unsigned bits = 0;
    for (int i = 0; i < 3; ++i) bits = bits << 1 | (chooser.SeesNew() ? 1 : 0);
    seen.push_back(bits);
  } while (chooser.NextRun());
  EXPECT_THAT(seen, ::testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
}

}  // namespace
}  // namespace trivet::sim::synchronization_test
