// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest's accesses trap by: fine-grained traps and the controls of newer features.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/model/model.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kAll = ~std::uint64_t{0};

/// Opens everything that a rule could trap by, so that one control at a time can be closed.
void OpenControls(Pe& pe) {
  pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).apk(true).api(true).ata(true).enscxt(true).raw());
  pe.Poke(RegisterId::kHcrxEl2, hal::HcrxEl2().tcr2en(true).sctlr2en(true).mscen(true).raw());
  pe.Poke(RegisterId::kCptrEl2, 0);
  pe.Poke(RegisterId::kCpacrEl1, kAll);
  pe.Poke(RegisterId::kCnthctlEl2, hal::CnthctlEl2().el1pcten(true).el1pcen(true).raw());
  pe.Poke(RegisterId::kCntkctlEl1, kAll);
  pe.Poke(RegisterId::kPmuserenrEl0, kAll);
  pe.Poke(RegisterId::kGcscre0El1, hal::Gcscre0El1().ntr(true).raw());
  pe.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert()
                                     .uct(true)
                                     .uma(true)
                                     .uci(true)
                                     .dze(true)
                                     .entp2(true)
                                     .enrctx(true)
                                     .mscen(true)
                                     .raw());
  for (const RegisterId id :
       {RegisterId::kHfgrtrEl2, RegisterId::kHfgwtrEl2, RegisterId::kHdfgrtrEl2,
        RegisterId::kHdfgwtrEl2, RegisterId::kHfgitrEl2}) {
    std::uint64_t open = 0;
    for (const hal::FieldInfo& field : hal::InfoOf(id).fields) {
      if (field.name[0] == 'n') open |= field.mask();
    }
    pe.Poke(id, open);
  }
}

enum class Result { kDone, kUndefined, kTrapped };

class GuestTrapTest : public ::testing::Test {
 protected:
  GuestTrapTest() {
    pe_.set_reserved_bits(ReservedBits::kIgnored);
    pe_.SetSgiSink([](Pe&, const SgiRequest&) {});
    OpenControls(pe_);
  }

  std::optional<Exception> At(unsigned el, const Instruction& instruction) {
    pe_.set_pstate(el == 0 ? Pstate::FromSpsr(Pstate::kDaif) : Pstate::Masked(el));
    pe_.set_x(0, 1023);  // An INTID whose end means nothing.
    return Interpreter(pe_).Execute(instruction);
  }
  /// kUndefined: whatever EL1 takes.
  Result ResultOf(unsigned el, const Instruction& instruction) {
    const auto exception = At(el, instruction);
    if (!exception) return Result::kDone;
    return exception->target_el == 2 ? Result::kTrapped : Result::kUndefined;
  }
  void Flip(RegisterId control, std::uint64_t bits) { pe_.Poke(control, pe_.Peek(control) ^ bits); }
  /// Done while the bits are as OpenControls() has them, trapped to EL2 when they are not.
  void ExpectTrapBy(RegisterId control, std::uint64_t bits, unsigned el, const Instruction& i) {
    const std::string text = hal::InfoOf(control).name + std::string(" ") + std::to_string(bits);
    EXPECT_EQ(ResultOf(el, i), Result::kDone) << text;
    Flip(control, bits);
    EXPECT_EQ(ResultOf(el, i), Result::kTrapped) << text;
    Flip(control, bits);
  }

  Pe pe_{SyntheticProfile()};
};

TEST(FineGrained, EveryFieldHasItsLine) { EXPECT_EQ(FineGrainedGaps(), ""); }

TEST_F(GuestTrapTest, NothingOpenTrapsAnAccess) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    if (!AccessInfoOf(info.id).completes) continue;
    EXPECT_NE(ResultOf(1, Mrs(0, info.id)), Result::kTrapped) << info.name;
    EXPECT_NE(ResultOf(0, Mrs(0, info.id)), Result::kTrapped) << info.name;
  }
}

/// By the fields' own names, which most registers share with their traps: no table in between.
TEST_F(GuestTrapTest, FineGrainedFieldsTrapTheRegisterOfTheirName) {
  unsigned tried = 0;
  for (const RegisterId control : {RegisterId::kHfgrtrEl2, RegisterId::kHfgwtrEl2,
                                   RegisterId::kHdfgrtrEl2, RegisterId::kHdfgwtrEl2}) {
    const bool reads = control == RegisterId::kHfgrtrEl2 || control == RegisterId::kHdfgrtrEl2;
    for (const hal::FieldInfo& field : hal::InfoOf(control).fields) {
      const RegisterId id = FindRegister(field.name + (field.name[0] == 'n' ? 1 : 0));
      if (id == RegisterId::kCount || !pe_.model().Has(field.traits.needs)) continue;
      if (!AccessInfoOf(id).completes) continue;
      const unsigned el = std::string_view(field.name).ends_with("EL0") ? 0 : 1;
      const Instruction access = reads ? Mrs(0, id) : Msr(id, 0);
      if (el == 0 && ResultOf(0, access) != Result::kDone) continue;  // EL0 may only read it.
      ExpectTrapBy(control, field.mask(), el, access);
      ++tried;
    }
  }
  EXPECT_GT(tried, 90u);
}

TEST_F(GuestTrapTest, FineGrainedFieldsTrapTheInstructionOfTheirName) {
  unsigned tried = 0;
  for (const hal::FieldInfo& field : hal::InfoOf(RegisterId::kHfgitrEl2).fields) {
    std::string name = field.name;
    name.insert(name.starts_with("TLBI") ? 4 : 2, "_");
    const AccessId id = FindAccess(name);
    if (!id.valid()) continue;
    Flip(RegisterId::kHfgitrEl2, field.mask());
    const auto exception = At(1, Msr(id, 0));
    Flip(RegisterId::kHfgitrEl2, field.mask());
    ASSERT_TRUE(exception.has_value()) << name;
    EXPECT_EQ(exception->target_el, 2u) << name;
    EXPECT_EQ(*exception->esr, Syndrome(ExceptionClass::kSystem,
                                        SystemRegisterIss(AccessInfoOf(id).encoding, 0, false)));
    ++tried;
  }
  EXPECT_GT(tried, 48u);
}

TEST_F(GuestTrapTest, FineGrainedFieldsOfGroupsTrapEachMember) {
  const auto read = RegisterId::kHfgrtrEl2;
  ExpectTrapBy(read, hal::HfgrtrEl2().apiakey(true).raw(), 1, Mrs(0, RegisterId::kApiaKeyHiEl1));
  ExpectTrapBy(read, hal::HfgrtrEl2().ngcs_el1(true).raw(), 1, Mrs(0, RegisterId::kGcscrEl1));
  ExpectTrapBy(read, hal::HfgrtrEl2().ngcs_el0(true).raw(), 0, Mrs(0, RegisterId::kGcsprEl0));
  ExpectTrapBy(read, hal::HfgrtrEl2().tcr_el1(true).raw(), 1, Mrs(0, RegisterId::kTcr2El1));
  ExpectTrapBy(read, hal::HfgrtrEl2().sctlr_el1(true).raw(), 1, Mrs(0, RegisterId::kSctlr2El1));
  ExpectTrapBy(read, hal::HfgrtrEl2().icc_igrpenn_el1(true).raw(), 1,
               Mrs(0, RegisterId::kIccIgrpen0El1));
  const auto write = RegisterId::kHdfgwtrEl2;
  ExpectTrapBy(write, hal::HdfgwtrEl2().pmovs(true).raw(), 0, Msr(RegisterId::kPmovsclrEl0, 0));
  ExpectTrapBy(write, hal::HdfgwtrEl2().pmevtypern_el0(true).raw(), 0,
               Msr(RegisterId::kPmxevtyperEl0, 0));
  ExpectTrapBy(write, hal::HdfgwtrEl2().dbgbvrn_el1(true).raw(), 1,
               Msr(RegisterId::kDbgbvr0El1, 0));
}

TEST_F(GuestTrapTest, FineGrainedTrapsOfReadsAndWritesAreApart) {
  Flip(RegisterId::kHfgwtrEl2, hal::HfgwtrEl2().tpidr_el1(true).raw());
  EXPECT_EQ(ResultOf(1, Mrs(0, RegisterId::kTpidrEl1)), Result::kDone);
  EXPECT_EQ(ResultOf(1, Msr(RegisterId::kTpidrEl1, 0)), Result::kTrapped);
}

TEST_F(GuestTrapTest, FineGrainedTrapsSpareTheHostsEl0AndAArch32) {
  Flip(RegisterId::kHfgrtrEl2, hal::HfgrtrEl2().tpidr_el0(true).raw());
  EXPECT_EQ(ResultOf(0, Mrs(0, RegisterId::kTpidrEl0)), Result::kTrapped);
  pe_.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).e2h(true).tge(true).raw());
  EXPECT_EQ(ResultOf(0, Mrs(0, RegisterId::kTpidrEl0)), Result::kDone);
  Pe aarch32(ProfileNamed("max"));
  aarch32.Poke(RegisterId::kHfgrtrEl2, hal::HfgrtrEl2().tpidr_el1(true).raw());
  aarch32.set_pstate(Pstate::FromSpsr(Pstate::kAArch32 | 3));
  EXPECT_EQ(aarch32.TrappingRule(RegisterId::kTpidrEl1, true), nullptr);
}

TEST_F(GuestTrapTest, SvcAndEretTrapWithClassesOfTheirOwn) {
  pe_.set_pc(0x8000'0000);
  Flip(RegisterId::kHfgitrEl2, hal::HfgitrEl2().svc_el0(true).raw());
  EXPECT_EQ(ResultOf(1, Svc(5)), Result::kUndefined);
  const auto svc = At(0, Svc(5));
  EXPECT_EQ(svc->target_el, 2u);
  EXPECT_EQ(*svc->esr, Syndrome(ExceptionClass::kSvc64, 5));
  EXPECT_EQ(svc->return_address, 0x8000'0000u);
  Flip(RegisterId::kHfgitrEl2, hal::HfgitrEl2().svc_el0(true).svc_el1(true).eret(true).raw());
  EXPECT_EQ(At(1, Svc(6))->target_el, 2u);
  EXPECT_EQ(At(0, Svc(6))->target_el, 1u);
  EXPECT_EQ(*At(1, Eret())->esr, Syndrome(ExceptionClass::kEret, 0));
}

TEST_F(GuestTrapTest, ControlsOfFeaturesThatMaxDoesNotHave) {
  const auto hcr = RegisterId::kHcrEl2, mdcr = RegisterId::kMdcrEl2, mpam = RegisterId::kMpam2El2;
  for (const RegisterId id :
       {RegisterId::kGcrEl1, RegisterId::kRgsrEl1, RegisterId::kTfsrEl1, RegisterId::kTfsre0El1}) {
    ExpectTrapBy(hcr, HcrEl2().ata(true).raw(), 1, Msr(id, 0));
  }
  ExpectTrapBy(mdcr, hal::MdcrEl2().tpms(true).raw(), 1, Mrs(0, RegisterId::kPmscrEl1));
  ExpectTrapBy(mdcr, hal::MdcrEl2().ttrf(true).raw(), 1, Msr(RegisterId::kTrfcrEl1, 0));
  ExpectTrapBy(mpam, hal::Mpam2El2().trapmpam0el1(true).raw(), 1, Mrs(0, RegisterId::kMpam0El1));
  ExpectTrapBy(mpam, hal::Mpam2El2().trapmpam1el1(true).raw(), 1, Msr(RegisterId::kMpam1El1, 0));
  for (const RegisterId id :
       {RegisterId::kPorEl1, RegisterId::kPorEl0, RegisterId::kS2porEl1, RegisterId::kMair2El1}) {
    ExpectTrapBy(hcr, HcrEl2().tvm(true).raw(), 1, Msr(id, 0));
    ExpectTrapBy(hcr, HcrEl2().trvm(true).raw(), 1, Mrs(0, id));
  }
  // EL0's overlay is EL1's to open, or the host's.
  Flip(RegisterId::kCpacrEl1, hal::CpacrEl1().e0poe(true).raw());
  EXPECT_EQ(ResultOf(0, Mrs(0, RegisterId::kPorEl0)), Result::kUndefined);
  pe_.Poke(hcr, HcrEl2().rw(true).e2h(true).tge(true).raw());
  EXPECT_EQ(ResultOf(0, Mrs(0, RegisterId::kPorEl0)), Result::kTrapped);
  pe_.Poke(RegisterId::kCptrEl2, hal::CptrEl2E2h().e0poe(true).raw());
  EXPECT_EQ(ResultOf(0, Mrs(0, RegisterId::kPorEl0)), Result::kDone);
}

TEST_F(GuestTrapTest, ProfilingIsNotAPerformanceMonitor) {
  Flip(RegisterId::kMdcrEl2, hal::MdcrEl2().tpm(true).raw());
  EXPECT_EQ(ResultOf(1, Mrs(0, RegisterId::kPmscrEl1)), Result::kDone);
  EXPECT_EQ(ResultOf(1, Mrs(0, RegisterId::kPmmirEl1)), Result::kTrapped);
}

TEST(GuestTraps, AControlThatTheCpuLacksTrapsNothing) {
  // FEAT_TCR2 without FEAT_HCX: nothing there could open the register.
  const Profile profile = ProfileNamed("max").With("ID_AA64MMFR1_EL1", "HCX", 0);
  Pe pe(profile);
  pe.set_pstate(Pstate::Masked(1));
  EXPECT_EQ(pe.TrappingRule(RegisterId::kTcr2El1, true), nullptr);
}

TEST(GuestTraps, WhatQemusMaxTrapsIsTrapped) {
  struct Expected {
    const char* name;
    Result result;
  };
  using enum Result;
  static constexpr Expected kExpected[] = {
#define EXPECTED(name, result) {name, result},
#include "sim/instructions/qemu_max_guest.inc"
#undef EXPECTED
  };
  for (const Expected& expected : kExpected) {
    Pe pe(ProfileNamed("max"));
    pe.set_reserved_bits(ReservedBits::kIgnored);
    pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
    pe.Poke(RegisterId::kMdcrEl2,
            hal::MdcrEl2().tdra(true).tdosa(true).tda(true).tpm(true).tpmcr(true).raw());
    pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2::Inert().tz(true).tsm(true).raw());
    pe.Poke(RegisterId::kCnthctlEl2, hal::CnthctlEl2().el1pcten(true).raw());
    pe.set_pstate(Pstate::Masked(1));
    const auto exception = Interpreter(pe).Execute(Msr(FindAccess(expected.name), 0));
    const Result result = !exception ? kDone : exception->target_el == 2 ? kTrapped : kUndefined;
    EXPECT_EQ(result, expected.result) << expected.name;
    if (result == kTrapped) EXPECT_EQ(*exception->esr >> 26, 0x18u) << expected.name;
  }
}

TEST(El2Traps, AnAccessThatEl2WouldTrapIsRefusedByName) {
  Pe pe(ProfileNamed("max"));
  pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2().tz(true).raw());
  EXPECT_THAT([&] { pe.Write(RegisterId::kZcrEl2, 0); },
              ThrowsMessage<Violation>(HasSubstr("write ZCR_EL2: trapped to EL2 by CPTR_EL2")));
  EXPECT_NO_THROW(pe.Read(RegisterId::kFpcr));
  pe.Poke(RegisterId::kCptrEl2, hal::CptrEl2().tfp(true).raw());
  EXPECT_THROW(pe.Read(RegisterId::kFpcr), Violation);
  EXPECT_NO_THROW(pe.Write(RegisterId::kZcrEl2, 0));
}

TEST(Families, MembersBeyondWhatTheCpuReportsAreUndefined) {
  Pe pe(ProfileNamed("max"));  // ICH_VTR_EL2: 4 list registers, 5 bits of preemption.
  EXPECT_NO_THROW(pe.Read(RegisterId::kIchLr3El2));
  EXPECT_THROW(pe.Read(RegisterId::kIchLr4El2), Violation);
  EXPECT_NO_THROW(pe.Read(RegisterId::kIchAp1r0El2));
  EXPECT_THROW(pe.Read(RegisterId::kIchAp1r1El2), Violation);
  EXPECT_THROW(pe.Read(RegisterId::kIccAp0r1El1), Violation);
  Profile more = ProfileNamed("max").With("ICH_VTR_EL2", "ListRegs", 15);
  more = more.With("ICH_VTR_EL2", "PREbits", 6);
  Pe large(more);
  EXPECT_NO_THROW(large.Read(RegisterId::kIchLr15El2));
  EXPECT_NO_THROW(large.Read(RegisterId::kIchAp1r3El2));
}

TEST(Families, SecureStage2IsUndefinedWithoutASecureState) {
  Pe pe(SyntheticProfile());
  EXPECT_THROW(pe.Read(RegisterId::kVstcrEl2), Violation);
  EXPECT_THROW(pe.Write(RegisterId::kVsttbrEl2, 0), Violation);
}

TEST(Families, OnlyTheHighestLevelSetsTheTimersFrequency) {
  Pe alone(ProfileNamed("max")), below(ProfileNamed("max").WithEl3());
  EXPECT_NO_THROW(alone.Write(RegisterId::kCntfrqEl0, 1));
  EXPECT_THROW(below.Write(RegisterId::kCntfrqEl0, 1), Violation);
}

}  // namespace
}  // namespace trivet::sim
