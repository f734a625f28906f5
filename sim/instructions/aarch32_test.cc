// SPDX-License-Identifier: Apache-2.0 OR MIT
// AArch32 below EL2: which returns are legal, and where exceptions go.

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/instructions/coprocessor.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

constexpr std::uint64_t kVectors = 0x4020'0000, kGuestVectors = 0x4040'0000, kPc = 0x1000;
constexpr std::uint64_t kUsr = 0x1d0, kSvc = 0x1d3;
constexpr std::uint64_t kEl0 = 0x3c0, kEl1h = 0x3c5;

class AArch32Test : public ::testing::Test {
 protected:
  /// Returns from EL2 with HCR_EL2 and SPSR_EL2 as given.
  Pstate ReturnTo(HcrEl2 hcr, std::uint64_t spsr) {
    pe_.set_pstate(Pstate::Masked(2));
    pe_.Poke(RegisterId::kHcrEl2, hcr.raw());
    pe_.Poke(RegisterId::kVbarEl2, kVectors);
    pe_.Poke(RegisterId::kVbarEl1, kGuestVectors);
    pe_.Poke(RegisterId::kSpsrEl2, spsr);
    pe_.Poke(RegisterId::kElrEl2, kPc);
    pe_.ExceptionReturn();
    return pe_.pstate();
  }
  bool IsLegal(HcrEl2 hcr, std::uint64_t spsr) { return !ReturnTo(hcr, spsr).Has(Pstate::kIl); }

  std::uint64_t Take(const Instruction& instruction) {
    const auto exception = Interpreter(pe_).Execute(instruction);
    EXPECT_TRUE(exception.has_value());
    return exception ? pe_.TakeException(*exception) : 0;
  }

  Pe pe_{ProfileNamed("cortex-a72")};
  const HcrEl2 narrow_ = HcrEl2(), wide_ = HcrEl2().rw(true);
};

TEST_F(AArch32Test, ReturnsFollowTheStateOfEl1) {
  EXPECT_TRUE(IsLegal(narrow_, kSvc));
  EXPECT_TRUE(IsLegal(narrow_, kUsr));
  EXPECT_FALSE(IsLegal(narrow_, kEl1h));
  EXPECT_FALSE(IsLegal(narrow_, kEl0));
  EXPECT_FALSE(IsLegal(wide_, kSvc));
  EXPECT_TRUE(IsLegal(wide_, kUsr));
}

TEST_F(AArch32Test, ModesOfEl2El3AndNoneAreIllegal) {
  constexpr std::uint64_t kHyp = 0x1da, kMon = 0x1d6, kNothing = 0x1d4;
  for (const std::uint64_t spsr : {kHyp, kMon, kNothing}) EXPECT_FALSE(IsLegal(narrow_, spsr));
}

TEST_F(AArch32Test, TgeLeavesEl0Only) {
  EXPECT_FALSE(IsLegal(HcrEl2().tge(true), kSvc));
  EXPECT_TRUE(IsLegal(HcrEl2().tge(true), kUsr));
}

TEST_F(AArch32Test, ACpuWithoutAArch32TakesNoneOfIt) {
  Profile profile = ProfileNamed("cortex-a72");
  const auto pfr0 = hal::IdAa64Pfr0El1::FromRaw(profile.Id("ID_AA64PFR0_EL1"));
  profile.SetId("ID_AA64PFR0_EL1", pfr0.el0(1).el1(1).raw());
  Pe pe(profile);
  pe.Poke(RegisterId::kSpsrEl2, kUsr);
  pe.ExceptionReturn();
  EXPECT_TRUE(pe.pstate().Has(Pstate::kIl));
}

TEST_F(AArch32Test, CallsReportTheirOwnClassesAtGroup600) {
  ReturnTo(narrow_, kSvc);
  EXPECT_EQ(Take(Hvc(0x12)), kVectors + 0x600);
  EXPECT_EQ(pe_.Peek(RegisterId::kEsrEl2), Syndrome(ExceptionClass::kHvc32, 0x12));
  EXPECT_EQ(pe_.Peek(RegisterId::kSpsrEl2), kSvc);
  ReturnTo(narrow_.tsc(true), kSvc);
  Take(Smc(0));
  EXPECT_EQ(pe_.Peek(RegisterId::kEsrEl2), Syndrome(ExceptionClass::kSmc32, 0));
}

TEST_F(AArch32Test, GroupIsThatOfTheLevelBelowTheTarget) {
  // [arm-arm] AArch64.TakeException: for EL2 it is EL1's state that counts, but the host has none.
  ReturnTo(wide_.twi(true), kUsr);
  pe_.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().ntwi(true).raw());
  EXPECT_EQ(Take(Wfi()), kVectors + 0x400);
  ReturnTo(wide_, kUsr);
  EXPECT_EQ(Take(Svc(1)), kGuestVectors + 0x600);
}

TEST_F(AArch32Test, El1TakesItsOwnInAArch32State) {
  ReturnTo(narrow_, kUsr);
  EXPECT_EQ(Take(Svc(1)), kGuestVectors + 0x08);
  EXPECT_EQ(pe_.pstate().spsr(), kSvc);
  EXPECT_EQ(pe_.Peek(RegisterId::kSpsrEl1), kUsr);
  EXPECT_EQ(pe_.x(18), kPc + 4) << "LR_svc";
  ReturnTo(narrow_, kUsr);
  EXPECT_EQ(Take(Udf()), kGuestVectors + 0x04);
  EXPECT_EQ(pe_.pstate().spsr() & 0x1f, 0x1bu);
  EXPECT_EQ(pe_.x(22), kPc + 4) << "LR_und";
}

TEST_F(AArch32Test, InterruptsUseTheirModes) {
  ReturnTo(narrow_, kUsr & ~Pstate::kI);
  pe_.RaiseIrq();
  const auto interrupt = pe_.DeliverableInterrupt();
  ASSERT_TRUE(interrupt.has_value());
  EXPECT_EQ(pe_.TakeException(*interrupt), kGuestVectors + 0x18);
  EXPECT_EQ(pe_.pstate().spsr() & 0x1f, 0x12u);
  EXPECT_EQ(pe_.x(16), kPc + 4) << "LR_irq";
  EXPECT_EQ(pe_.Peek(RegisterId::kSpsrIrq), kUsr & ~Pstate::kI);
}

TEST_F(AArch32Test, SystemRegistersTrapByTheirAArch64NameAndByCrn) {
  const Instruction read = {.op = Op::kMrc, .rt = 3, .imm = Cp15Iss(0, 1, 0, 0)};  // SCTLR
  ReturnTo(narrow_.trvm(true), kSvc);
  EXPECT_EQ(Take(read), kVectors + 0x600);
  EXPECT_EQ(pe_.Peek(RegisterId::kEsrEl2),
            Syndrome(ExceptionClass::kCp15Mcr, kAlwaysCondition | 1 << 10 | 3 << 5 | 1));
  ReturnTo(narrow_, kSvc);
  pe_.Poke(RegisterId::kHstrEl2, hal::HstrEl2().t1(true).raw());
  EXPECT_EQ(Take(read), kVectors + 0x600);
}

TEST_F(AArch32Test, SystemRegistersAreHalvesOfAArch64Ones) {
  pe_.Poke(RegisterId::kFarEl1, 0x1111'2222'3333'4444);
  ReturnTo(narrow_, kSvc);
  Interpreter interpreter(pe_);
  EXPECT_FALSE(interpreter.Execute({.op = Op::kMrc, .rt = 0, .imm = Cp15Iss(0, 6, 0, 2)}));
  EXPECT_EQ(pe_.x(0), 0x1111'2222u) << "IFAR";
  pe_.set_x(0, 0x5555'5555);
  EXPECT_FALSE(interpreter.Execute({.op = Op::kMcr, .rt = 0, .imm = Cp15Iss(0, 6, 0, 0)}));
  EXPECT_EQ(pe_.Peek(RegisterId::kFarEl1), 0x1111'2222'5555'5555u) << "DFAR";
  EXPECT_THROW(interpreter.Execute({.op = Op::kMrc, .rt = 0, .imm = Cp15Iss(0, 15, 0, 0)}),
               Violation);
}

}  // namespace
}  // namespace trivet::sim
