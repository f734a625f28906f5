// SPDX-License-Identifier: Apache-2.0 OR MIT
// Exceptions around a guest: what entry changes besides the usual, FEAT_ExS, FEAT_NMI; and the
// vector registers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::SctlrEl1;
using hal::SctlrEl2;
using enum hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kCode = 0x8000'0000, kEl1h = 5;

class GuestExceptionTest : public ::testing::Test {
 protected:
  explicit GuestExceptionTest(const Profile& profile = SyntheticProfile()) : pe_(profile) {
    pe_.Poke(kHcrEl2, HcrEl2().rw(true).raw());
    pe_.set_pc(kCode);
  }
  std::optional<Exception> Interrupt(std::uint64_t pstate) {
    pe_.set_pstate(Pstate::FromSpsr(pstate));
    return pe_.DeliverableInterrupt();
  }
  bool IsTaken(std::uint64_t pstate) { return Interrupt(pstate).has_value(); }

  Pe pe_;
};

// ---- Virtual SErrors and stage 2 faults

TEST_F(GuestExceptionTest, AVirtualSErrorIsTakenOnceWithItsSyndrome) {
  pe_.Poke(kHcrEl2, HcrEl2().rw(true).amo(true).vse(true).raw());
  pe_.Poke(kVsesrEl2, hal::VsesrEl2().ids(true).iss(0x1234).raw());
  const auto first = Interrupt(kEl1h);
  ASSERT_TRUE(first.has_value());
  EXPECT_EQ(first->target_el, 1u);
  EXPECT_EQ(*first->esr, Syndrome(ExceptionClass::kSError, 1 << 24 | 0x1234));
  EXPECT_EQ(pe_.Peek(kHcrEl2), HcrEl2().rw(true).amo(true).raw());
  EXPECT_FALSE(IsTaken(kEl1h));
}

TEST_F(GuestExceptionTest, APermissionFaultLeavesHpfarUnknown) {
  pe_.Poke(kHpfarEl2, 0x1230);
  pe_.set_pstate(Pstate::Masked(1));
  pe_.TakeException({.esr = 0, .far = 0x4000, .hpfar_unknown = true});
  EXPECT_NE(pe_.UnknownBits(kHpfarEl2), 0u);
  EXPECT_NE(pe_.Peek(kHpfarEl2), 0x1230u);
  EXPECT_THROW(pe_.Decide(kHpfarEl2, 0xff0), Violation);
  pe_.set_pstate(Pstate::Masked(1));
  pe_.TakeException({.esr = 0, .far = 0x4000, .hpfar = 0x40});
  EXPECT_EQ(pe_.UnknownBits(kHpfarEl2), 0u);
  EXPECT_EQ(pe_.Peek(kHpfarEl2), 0x40u);
}

TEST_F(GuestExceptionTest, SpanDecidesWhetherEntrySetsPan) {
  for (const bool span : {true, false}) {
    pe_.Poke(kSctlrEl1, SctlrEl1().span(span).raw());
    pe_.set_pstate(Pstate::FromSpsr(0));
    pe_.TakeException({.target_el = 1});
    EXPECT_EQ(pe_.pstate().Has(Pstate::kPan), !span);
    // EL2 has it as EL1 does where it is the host's, and not otherwise.
    pe_.Poke(kSctlrEl2, hal::SctlrEl2E2h().span(span).raw());
    for (const bool host : {true, false}) {
      pe_.Poke(kHcrEl2, HcrEl2().rw(true).e2h(true).tge(host).raw());
      pe_.set_pstate(Pstate::FromSpsr(0));
      pe_.TakeException({.target_el = 2});
      EXPECT_EQ(pe_.pstate().Has(Pstate::kPan), host && !span);
    }
  }
}

TEST_F(GuestExceptionTest, EntryKeepsPan) {
  pe_.Poke(kSctlrEl1, SctlrEl1().span(true).raw());
  pe_.set_pstate(Pstate::FromSpsr(kEl1h | Pstate::kPan));
  pe_.TakeException({.target_el = 1});
  EXPECT_TRUE(pe_.pstate().Has(Pstate::kPan));
}

// ---- FEAT_ExS. [arm-arm] SCTLR_EL2.EIS, EOS.

class ExsTest : public GuestExceptionTest {
 protected:
  /// Whether a write of CPTR_EL2 is pending after an entry to EL2 or a return from it.
  bool IsPendingAfterEntry(SctlrEl2 sctlr) {
    pe_.Poke(kSctlrEl2, sctlr.raw());
    pe_.set_pstate(Pstate::Masked(2));
    pe_.Isb();
    pe_.Write(kCptrEl2, pe_.Peek(kCptrEl2) ^ hal::CptrEl2().tfp(true).raw());
    pe_.TakeException({.target_el = 2});
    return pe_.IsPending(kCptrEl2);
  }
  bool IsPendingAfterReturn(SctlrEl2 sctlr) {
    pe_.Poke(kSctlrEl2, sctlr.raw());
    pe_.set_pstate(Pstate::Masked(2));
    pe_.Poke(kSpsrEl2, Pstate::Masked(1).spsr());
    pe_.Isb();
    pe_.Write(kCptrEl2, pe_.Peek(kCptrEl2) ^ hal::CptrEl2().tfp(true).raw());
    pe_.ExceptionReturn();
    return pe_.IsPending(kCptrEl2);
  }
};

TEST_F(ExsTest, EisAndEosSayWhatSynchronizes) {
  const SctlrEl2 both = SctlrEl2().eis(true).eos(true);
  EXPECT_FALSE(IsPendingAfterEntry(both));
  EXPECT_FALSE(IsPendingAfterReturn(both));
  EXPECT_TRUE(IsPendingAfterEntry(both.eis(false)));
  EXPECT_FALSE(IsPendingAfterReturn(both.eis(false)));
  EXPECT_FALSE(IsPendingAfterEntry(both.eos(false)));
  EXPECT_TRUE(IsPendingAfterReturn(both.eos(false)));
}

TEST_F(ExsTest, AGuestRunsUnderTheOldTrapsAfterAnUnsynchronizedReturn) {
  pe_.memory().Place(kCode, {Wfi(), Hvc(1)});
  for (const bool eos : {true, false}) {
    pe_.Poke(kSctlrEl2, SctlrEl2().eis(true).eos(eos).raw());
    pe_.Poke(kHcrEl2, HcrEl2().rw(true).raw());
    pe_.set_pstate(Pstate::Masked(2));
    pe_.Write(kElrEl2, kCode);
    pe_.Write(kSpsrEl2, Pstate::Masked(1).spsr());
    pe_.Write(kHcrEl2, HcrEl2().rw(true).twi(true).raw());
    pe_.ExceptionReturn();
    pe_.RunLowerEl();
    const auto ec = static_cast<ExceptionClass>(pe_.Peek(kEsrEl2) >> 26);
    EXPECT_EQ(ec, eos ? ExceptionClass::kWfx : ExceptionClass::kHvc64);
  }
}

TEST(WithoutExs, EntryAndReturnAlwaysSynchronize) {
  Pe pe(ProfileNamed("max"));
  pe.Poke(kSctlrEl2, 0);
  pe.Write(kCptrEl2, hal::CptrEl2::Inert().tfp(true).raw());
  pe.TakeException({.target_el = 2});
  EXPECT_FALSE(pe.IsPending(kCptrEl2));
}

// ---- FEAT_NMI, Superpriority. [arm-arm] SCTLR_EL2.NMI, HCRX_EL2.VINMI.

class SuperpriorityTest : public GuestExceptionTest {
 protected:
  static constexpr std::uint64_t kEl2h = 9, kAllMasked = Pstate::kDaif;
  void El2Nmi(bool on, bool spintmask = false) {
    pe_.Poke(kSctlrEl2, SctlrEl2().nmi(on).spintmask(spintmask).raw());
    pe_.Poke(kHcrEl2, HcrEl2().rw(true).imo(true).fmo(true).raw());
  }
};

TEST_F(SuperpriorityTest, PstateIAndFDoNotMaskIt) {
  for (const InterruptClass interrupt : {InterruptClass::kIrq, InterruptClass::kFiq}) {
    El2Nmi(true);
    pe_.Raise(interrupt, true);
    EXPECT_FALSE(IsTaken(kEl2h | kAllMasked));
    pe_.RaiseWithSuperpriority(interrupt);
    EXPECT_TRUE(IsTaken(kEl2h | kAllMasked));
    EXPECT_FALSE(IsTaken(kEl2h | Pstate::kAllint));
    El2Nmi(true, true);
    EXPECT_FALSE(IsTaken(kEl2h)) << "SPINTMASK with SP_EL2";
    EXPECT_TRUE(IsTaken((kEl2h & ~1ull) | kAllMasked)) << "SPINTMASK with SP_EL0";
    El2Nmi(false);
    EXPECT_FALSE(IsTaken(kEl2h | kAllMasked));
    pe_.RaiseWithSuperpriority(interrupt, false);
    EXPECT_FALSE(IsTaken(kEl2h));
  }
}

TEST_F(SuperpriorityTest, FromEl0ItFollowsTheLevelThatItGoesTo) {
  pe_.RaiseWithSuperpriority(InterruptClass::kIrq);
  pe_.Poke(kSctlrEl1, SctlrEl1().nmi(true).raw());
  EXPECT_TRUE(IsTaken(Pstate::kI));
  pe_.Poke(kSctlrEl1, 0);
  EXPECT_FALSE(IsTaken(Pstate::kI));
}

TEST_F(SuperpriorityTest, AVirtualInterruptHasItByHcrx) {
  pe_.Poke(kSctlrEl1, SctlrEl1().nmi(true).raw());
  pe_.Poke(kHcrEl2, HcrEl2().rw(true).imo(true).fmo(true).vi(true).raw());
  EXPECT_FALSE(IsTaken(kEl1h | kAllMasked));
  pe_.Poke(kHcrxEl2, hal::HcrxEl2().vfnmi(true).raw());
  EXPECT_FALSE(IsTaken(kEl1h | kAllMasked)) << "the FIQ's";
  pe_.Poke(kHcrxEl2, hal::HcrxEl2().vinmi(true).raw());
  EXPECT_TRUE(IsTaken(kEl1h | kAllMasked));
  EXPECT_FALSE(IsTaken(kEl1h | Pstate::kAllint));
}

TEST_F(SuperpriorityTest, ACpuWithoutTheFeatureHasPlainInterrupts) {
  Pe plain(ProfileNamed("neoverse-v1"));
  plain.Poke(kHcrEl2, HcrEl2().rw(true).imo(true).raw());
  plain.RaiseWithSuperpriority(InterruptClass::kIrq);
  EXPECT_FALSE(plain.DeliverableInterrupt().has_value());
}

// ---- Vector registers

TEST_F(GuestExceptionTest, MovesReachEachHalfOfAVector) {
  pe_.Poke(kCpacrEl1, hal::CpacrEl1().fpen(hal::TrapLevels::kNone).raw());
  pe_.Poke(kCptrEl2, 0);
  pe_.set_pstate(Pstate::Masked(1));
  pe_.set_vector(7, {1, 2});
  pe_.set_x(0, 0x1111);
  pe_.set_x(1, 0x2222);
  Interpreter guest(pe_);
  EXPECT_FALSE(guest.Execute(FmovToVector(7, 1, 1)).has_value());
  EXPECT_EQ(pe_.vector(7), (Vector{1, 0x2222}));
  EXPECT_FALSE(guest.Execute(FmovToVector(7, 0)).has_value());
  EXPECT_EQ(pe_.vector(7), (Vector{0x1111, 0})) << "a write of D clears the upper half";
  pe_.set_vector(31, {3, 4});
  EXPECT_FALSE(guest.Execute(FmovFromVector(2, 31)).has_value());
  EXPECT_FALSE(guest.Execute(FmovFromVector(3, 31, 1)).has_value());
  EXPECT_EQ(pe_.x(2), 3u);
  EXPECT_EQ(pe_.x(3), 4u);
}

TEST_F(GuestExceptionTest, MovesTrapAsFloatingPointDoes) {
  pe_.Poke(kCpacrEl1, hal::CpacrEl1().fpen(hal::TrapLevels::kNone).raw());
  pe_.Poke(kCptrEl2, hal::CptrEl2().tfp(true).raw());
  pe_.set_pstate(Pstate::Masked(1));
  const auto trap = Interpreter(pe_).Execute(FmovToVector(0, 1));
  ASSERT_TRUE(trap.has_value());
  EXPECT_EQ(trap->target_el, 2u);
  EXPECT_EQ(static_cast<ExceptionClass>(*trap->esr >> 26), ExceptionClass::kSimdFp);
}

TEST_F(GuestExceptionTest, El2SwitchesAllVectorsUnlessItTrapsThem) {
  pe_.Poke(kCptrEl2, 0);
  std::array<Vector, kVectors> guest, read;
  for (unsigned n = 0; n < kVectors; ++n) guest[n] = {n + 1, n + 101};
  pe_.LoadVectors(guest);
  pe_.StoreVectors(read);
  EXPECT_EQ(read, guest);
  EXPECT_EQ(pe_.Snapshot().v, guest);
  pe_.Poke(kCptrEl2, hal::CptrEl2().tfp(true).raw());
  EXPECT_THAT([&] { pe_.StoreVectors(read); }, ThrowsMessage<Violation>(HasSubstr("CPTR_EL2")));
  EXPECT_THROW(pe_.LoadVectors(guest), Violation);
  pe_.WarmReset();
  EXPECT_NE(pe_.vector(3), guest[3]);
}

}  // namespace
}  // namespace trivet::sim
