// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/pe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/sim_backend.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(ScopedPe, NoCurrentPeIsAViolation) {
  EXPECT_THAT([] { SimBackend::Isb(); }, ThrowsMessage<Violation>(HasSubstr("no simulated PE")));
}

TEST(ScopedPe, NestsAndRestores) {
  Pe outer(ProfileNamed("cortex-a72")), inner(ProfileNamed("cortex-a72"));
  const ScopedPe first(outer);
  {
    const ScopedPe second(inner);
    SimBackend::Write<hal::VbarEl2>(hal::VbarEl2::FromRaw(0x8000));
  }
  EXPECT_EQ(outer.Peek(RegisterId::kVbarEl2), 0u);
  EXPECT_EQ(inner.Peek(RegisterId::kVbarEl2), 0x8000u);
}

class PeTest : public ::testing::Test {
 protected:
  Pe pe_{ProfileNamed("neoverse-v1")};
};

TEST_F(PeTest, ReadSeesTheWrittenValueBeforeAnIsb) {
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  EXPECT_EQ(pe_.Read(RegisterId::kVbarEl2), 0x8000u);
}

TEST_F(PeTest, WritingARes0BitNamesRegisterBitAndEl) {
  EXPECT_THAT([&] { pe_.Write(RegisterId::kVbarEl2, 0x8004); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("VBAR_EL2"), HasSubstr("EL2"),
                                             HasSubstr("0x4"), HasSubstr("RES0"))));
}

TEST_F(PeTest, ClearingARes1BitIsAViolation) {
  EXPECT_THAT([&] { pe_.Write(RegisterId::kCptrEl2, 0); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("CPTR_EL2"), HasSubstr("RES1"))));
}

TEST_F(PeTest, ReservedBitsOfReportingRegistersAreIgnored) {
  pe_.Write(RegisterId::kParEl1, 0);
  pe_.Write(RegisterId::kEsrEl2, ~std::uint64_t{0});
  EXPECT_EQ(pe_.Read(RegisterId::kEsrEl2) >> 56, 0u);
}

TEST_F(PeTest, RaoFieldReadsAsOneWhateverIsWritten) {
  // neoverse-v1 has no AArch32 at EL1: HCR_EL2.RW is RAO/WI.
  pe_.Write(RegisterId::kHcrEl2, 0);
  EXPECT_TRUE(HcrEl2::FromRaw(pe_.Read(RegisterId::kHcrEl2)).rw());
}

TEST_F(PeTest, FieldOfAMissingFeatureIsRes0) {
  Pe a72(ProfileNamed("cortex-a72"));
  EXPECT_THAT([&] { a72.Write(RegisterId::kHcrEl2, HcrEl2().e2h(true).raw()); },
              ThrowsMessage<Violation>(HasSubstr("E2H[34]")));
  pe_.Write(RegisterId::kHcrEl2, HcrEl2().e2h(true).raw());
}

TEST_F(PeTest, ReservedBitsMayBeIgnoredInsteadForReplays) {
  pe_.set_reserved_bits(ReservedBits::kIgnored);
  pe_.Write(RegisterId::kVbarEl2, 0x8004);
  EXPECT_EQ(pe_.Read(RegisterId::kVbarEl2), 0x8000u);
}

TEST_F(PeTest, MissingRegisterIsAViolation) {
  Pe a72(ProfileNamed("cortex-a72"));
  EXPECT_THAT(
      [&] { a72.Read(RegisterId::kTtbr1El2); },
      ThrowsMessage<Violation>(AllOf(HasSubstr("TTBR1_EL2"), HasSubstr("does not implement"))));
}

TEST_F(PeTest, ReadOnlyAndWriteOnlyAreEnforced) {
  EXPECT_THAT([&] { pe_.Write(RegisterId::kMpidrEl1, 0); },
              ThrowsMessage<Violation>(HasSubstr("read-only")));
  EXPECT_THAT([&] { pe_.Read(RegisterId::kIccEoir1El1); },
              ThrowsMessage<Violation>(HasSubstr("write-only")));
}

TEST_F(PeTest, El2RegistersAreNotAccessibleAtEl1) {
  pe_.set_pstate(Pstate::Masked(1));
  EXPECT_THAT([&] { pe_.Read(RegisterId::kHcrEl2); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("EL1"), HasSubstr("HCR_EL2"))));
  EXPECT_EQ(pe_.Read(RegisterId::kCurrentEl), 4u);
}

TEST_F(PeTest, WithE2hEl1NamesReachEl2Registers) {
  pe_.Poke(RegisterId::kHcrEl2, HcrEl2().e2h(true).rw(true).raw());
  pe_.Write(RegisterId::kVbarEl1, 0x8000);
  EXPECT_EQ(pe_.Peek(RegisterId::kVbarEl2), 0x8000u);
  EXPECT_EQ(pe_.Peek(RegisterId::kVbarEl1), 0u);
  pe_.Write(RegisterId::kVbarEl12, 0x1000);
  EXPECT_EQ(pe_.Peek(RegisterId::kVbarEl1), 0x1000u);
  pe_.Write(RegisterId::kCpacrEl1, 3 << 20);
  EXPECT_EQ(pe_.Peek(RegisterId::kCptrEl2), 3u << 20);
  pe_.Write(RegisterId::kTpidrEl1, 5);
  EXPECT_EQ(pe_.Peek(RegisterId::kTpidrEl1), 5u);
}

TEST_F(PeTest, El12NamesAreUndefinedWithoutE2h) {
  EXPECT_THAT([&] { pe_.Read(RegisterId::kVbarEl12); },
              ThrowsMessage<Violation>(HasSubstr("HCR_EL2.E2H")));
}

TEST_F(PeTest, TheWrongLayoutIsAViolation) {
  EXPECT_THAT([&] { pe_.Read(RegisterId::kCptrEl2E2h); },
              ThrowsMessage<Violation>(HasSubstr("layout")));
  pe_.Poke(RegisterId::kHcrEl2, HcrEl2().e2h(true).rw(true).raw());
  EXPECT_THAT([&] { pe_.Read(RegisterId::kCptrEl2); },
              ThrowsMessage<Violation>(HasSubstr("layout")));
}

TEST_F(PeTest, LayoutIsOpenWhileAnE2hChangeIsNotSynchronized) {
  pe_.Write(RegisterId::kHcrEl2, HcrEl2().e2h(true).rw(true).raw());
  EXPECT_THAT([&] { pe_.Read(RegisterId::kCptrEl2E2h); },
              ThrowsMessage<Violation>(HasSubstr("context synchronization")));
  pe_.Isb();
  EXPECT_EQ(pe_.Read(RegisterId::kCptrEl2E2h) & 0, 0u);
}

TEST_F(PeTest, E2hRes1ProfileCannotClearIt) {
  Pe pe(ProfileNamed("neoverse-v1").WithE2hRes1());
  EXPECT_TRUE(HcrEl2::FromRaw(pe.Read(RegisterId::kHcrEl2)).e2h());
  pe.set_reserved_bits(ReservedBits::kIgnored);
  pe.Write(RegisterId::kHcrEl2, 0);
  EXPECT_TRUE(HcrEl2::FromRaw(pe.Read(RegisterId::kHcrEl2)).e2h());
}

TEST_F(PeTest, CurrentCpuIsTheAffinity) {
  Pe pe(ProfileNamed("cortex-a72"), CpuId{0x10203});
  EXPECT_EQ(pe.CurrentCpu(), CpuId{0x10203});
}

TEST_F(PeTest, DaifMaskReturnsWhatItWas) {
  Pstate open = Pstate::Masked(2);
  open.Set(Pstate::kI, false);
  pe_.set_pstate(open);
  const std::uint64_t before = pe_.DaifMask();
  EXPECT_EQ(before, Pstate::kDaif & ~Pstate::kI);
  EXPECT_EQ(pe_.Read(RegisterId::kDaif), Pstate::kDaif);
  pe_.DaifRestore(before);
  EXPECT_EQ(pe_.Read(RegisterId::kDaif), before);
}

TEST_F(PeTest, TraceRecordsWritesBarriersAndTlbi) {
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  pe_.Isb();
  pe_.Invalidate(hal::Tlbi::kAllE1);
  pe_.Dsb(hal::Domain::kNonShareable);
  const Trace& trace = pe_.trace();
  ASSERT_EQ(trace.size(), 4u);
  EXPECT_LT(trace.IndexOf(EventKind::kWrite, RegisterId::kVbarEl2), trace.IndexOf(EventKind::kIsb));
  EXPECT_LT(trace.IndexOf(EventKind::kTlbi), trace.IndexOf(EventKind::kDsb));
  EXPECT_THROW(trace.IndexOf(EventKind::kWrite, RegisterId::kHcrEl2), Violation);
  EXPECT_THAT(trace.Text(), HasSubstr("write VBAR_EL2 0x8000"));
}

TEST_F(PeTest, FailAccessHitsTheNthAccessAndHasNoEffect) {
  pe_.FailAccess(2);
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  EXPECT_THROW(pe_.Write(RegisterId::kVbarEl2, 0x1000), InjectedFault);
  EXPECT_EQ(pe_.Read(RegisterId::kVbarEl2), 0x8000u);
}

TEST_F(PeTest, SnapshotAndRestore) {
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  const PeState state = pe_.Snapshot();
  pe_.Write(RegisterId::kVbarEl2, 0x1000);
  pe_.RaiseIrq();
  pe_.Restore(state);
  EXPECT_EQ(pe_.Peek(RegisterId::kVbarEl2), 0x8000u);
  EXPECT_FALSE(pe_.Line(InterruptClass::kIrq));
}

TEST_F(PeTest, PowerDownRefusesAccessesAndLosesState) {
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  pe_.PowerDown();
  EXPECT_THAT([&] { pe_.Read(RegisterId::kVbarEl2); },
              ThrowsMessage<Violation>(HasSubstr("powered down")));
  pe_.PowerUp();
  EXPECT_NE(pe_.Peek(RegisterId::kVbarEl2), 0x8000u);
  EXPECT_EQ(pe_.UnknownBits(RegisterId::kVbarEl2), ~std::uint64_t{0x7ff});
}

TEST_F(PeTest, DecidingByUnknownBitsIsAViolationThatNamesThem) {
  pe_.WarmReset();
  pe_.RaiseIrq();
  pe_.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).imo(true).raw());
  EXPECT_THAT([&] { pe_.DaifRestore(0); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("VBAR_EL2"), HasSubstr("UNKNOWN"))));
}

TEST_F(PeTest, AnAccessFilterSeesRedirectsAndDropsWhatSoftwareDoes) {
  std::vector<SoftwareAccess::Kind> seen;
  pe_.SetAccessFilter([&seen](SoftwareAccess& access) {
    seen.push_back(access.kind);
    if (access.reg == RegisterId::kVbarEl2) access.reg = RegisterId::kTpidrEl2;
    if (access.kind == SoftwareAccess::Kind::kWrite) access.value += 0x1000;
    return access.kind != SoftwareAccess::Kind::kIsb;
  });
  const std::uint64_t vbar = pe_.Peek(RegisterId::kVbarEl2);
  pe_.Write(RegisterId::kVbarEl2, 0x5000);
  EXPECT_EQ(pe_.Read(RegisterId::kVbarEl2), 0x6000u);
  pe_.Write(RegisterId::kCntvoffEl2, 0x7000);
  pe_.Isb();
  pe_.Dsb(hal::Domain::kFullSystem);
  pe_.Invalidate(hal::Tlbi::kAllE1);
  EXPECT_EQ(pe_.Peek(RegisterId::kVbarEl2), vbar);
  EXPECT_EQ(pe_.Peek(RegisterId::kCntvoffEl2), 0x8000u);
  EXPECT_TRUE(pe_.IsPending(RegisterId::kTpidrEl2));
  using enum SoftwareAccess::Kind;
  EXPECT_EQ(seen, (std::vector{kWrite, kRead, kWrite, kIsb, kDsb, kTlbi}));
  pe_.SetAccessFilter(nullptr);
  pe_.Isb();
  EXPECT_FALSE(pe_.IsPending(RegisterId::kTpidrEl2));
}

TEST_F(PeTest, StepHookRunsAtEveryBoundary) {
  unsigned steps = 0;
  pe_.SetStepHook([&steps](Pe&) { ++steps; });
  pe_.Write(RegisterId::kVbarEl2, 0x8000);
  pe_.Read(RegisterId::kVbarEl2);
  pe_.Isb();
  EXPECT_EQ(steps, 3u);
}

// [arm-arm] ResetSVEState(): a change of PSTATE.SM zeroes the vectors and makes FPSR 0x800009f.
TEST(StreamingMode, ItsChangeZeroesTheVectors) {
  constexpr Vector kValue = {1, 2};
  Pe pe(ProfileNamed("max"));
  pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2::Inert().tsm(false).raw());
  for (const std::uint64_t svcr : {1u, 0u}) {
    pe.set_vector(3, kValue);
    pe.Poke(RegisterId::kFpsr, 0);
    pe.Write(RegisterId::kSvcr, svcr);
    EXPECT_EQ(pe.vector(3), Vector()) << svcr;
    EXPECT_EQ(pe.Peek(RegisterId::kFpsr), 0x800'009fu) << svcr;
    pe.set_vector(3, kValue);
    pe.Write(RegisterId::kSvcr, svcr | 2);
    EXPECT_EQ(pe.vector(3), kValue) << svcr;
  }
}

TEST(StreamingMode, ZaIsReachedWithPstateZaAndWhereNothingTraps) {
  Pe pe(ProfileNamed("max"));
  pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2::Inert().tsm(true).raw());
  EXPECT_THAT([&] { pe.UseSme("rdsvl"); }, ThrowsMessage<Violation>(HasSubstr("CPTR_EL2")));
  pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2::Inert().tsm(false).raw());
  EXPECT_NO_THROW(pe.UseSme("rdsvl"));
  EXPECT_THAT([&] { pe.UseSme("str za", true); },
              ThrowsMessage<Violation>(HasSubstr("PSTATE.ZA is 0")));
  pe.Write(RegisterId::kSvcr, hal::Svcr().za(true).raw());
  EXPECT_NO_THROW(pe.UseSme("str za", true));
}

}  // namespace
}  // namespace trivet::sim
