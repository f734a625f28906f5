// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/compiler.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <string_view>

#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"

namespace trivet::lab::board::trace {
namespace {

/// EL1 is in AArch64 state.
constexpr char kEl1[] = "W el2h HCR_EL2 0x80000000\n";

Compiled CompileFor(std::string_view text, bool on_qemu = false) {
  return Compile("a.elx", text, sim::Model::For(sim::ProfileNamed("max")), on_qemu);
}

/// The operation of the last line.
Operation LastOf(const Compiled& compiled) {
  return compiled.operations.at(compiled.order.at(compiled.lines.back().place));
}

std::string WhyNot(std::string_view text, bool on_qemu = false) {
  return CompileFor(kEl1 + std::string(text), on_qemu).lines.back().skip_reason;
}

TEST(CompilerTest, AWriteAtEl2JumpsWithItsValueInX0) {
  const Operation operation = LastOf(CompileFor("W el2t TPIDR_EL2 0x1234"));
  EXPECT_EQ(operation.kind, kJump);
  EXPECT_EQ(operation.x[0], 0x1234u);
  EXPECT_EQ(operation.word, 0xd51c'd040u);
  EXPECT_EQ(operation.spsr, 0x3c8u);
  EXPECT_EQ(operation.back, 0u);
}

TEST(CompilerTest, LowerLevelsAndOpenMasksAreEnteredByAReturn) {
  const Operation el1 = LastOf(CompileFor("X el1h ldr x5,[x1] x1=0x41000000 daif=80"));
  EXPECT_EQ(el1.kind, kReturn | kMovesX1);
  EXPECT_EQ(el1.spsr, 0x85u);
  EXPECT_EQ(el1.x[1], 0x4100'0000u);
  EXPECT_EQ(el1.back, 0xd40f'e022u);
  EXPECT_EQ(LastOf(CompileFor("X el0 nop")).back, 0xd40f'e021u);
  EXPECT_EQ(LastOf(CompileFor("X el2h nop daif=0 irq")).kind, kReturn | kIrq);
}

TEST(CompilerTest, AReadTellsX0OnlyWhereTheLineStatesIt) {
  EXPECT_EQ(LastOf(CompileFor("R el2h CNTPCT_EL0 => ok")).kind, kJump);
  EXPECT_EQ(LastOf(CompileFor("R el2h TPIDR_EL2 => ok x0=0")).kind, kJump | kReads);
}

TEST(CompilerTest, WhereAddressesAreIsSaid) {
  EXPECT_EQ(LastOf(CompileFor("M 0x40710018 0x40711003")).kind, kStore | kMovesX0 | kMovesX1);
  EXPECT_EQ(LastOf(CompileFor("W el2h VBAR_EL2 0x40201000")).kind, kJump | kMovesX0);
  EXPECT_EQ(LastOf(CompileFor("W el2h MDCR_EL2 0x40201000")).kind, kJump);
  EXPECT_EQ(LastOf(CompileFor("X el2h ldr x0,[x1] x1=0x41000000")).kind, kJump | kMovesX1);
}

TEST(CompilerTest, AnAddressMovesThereAndBackWithItsAttributes) {
  constexpr std::uint64_t kDistance = 0x1010'0000 - kMemoryStart;
  EXPECT_EQ(Moved(0x0040'0000'4200'07fd, kDistance), 0x0040'0000'1200'07fdu);
  EXPECT_EQ(MovedBack(0x0040'0000'1200'07fd, kDistance), 0x0040'0000'4200'07fdu);
  EXPECT_EQ(Moved(0xc000'0120, kDistance), 0xc000'0120u) << "not the trace's memory";
  EXPECT_EQ(Moved(0x4020'0000, 0), 0x4020'0000u);
}

TEST(CompilerTest, EqualOperationsAreSentOnce) {
  const Compiled one = CompileFor("X el1h nop");
  const Compiled many = CompileFor("X el1h nop\nX el1h nop\n# no operation\nX el1h nop => ok");
  EXPECT_EQ(many.operations.size(), one.operations.size());
  EXPECT_EQ(many.order.size(), one.order.size() + 2);
  EXPECT_EQ(many.lines.back().number, 4u);
}

TEST(CompilerTest, PredictsWhatTheSimulatorAnswers) {
  const Compiled compiled = CompileFor(kEl1 + std::string("X el1h hvc 0x12"));
  const Prediction& prediction = compiled.lines.back().prediction;
  EXPECT_EQ(prediction.outcome.what, 0x2400u);
  EXPECT_EQ(prediction.outcome.esr, 0x5a00'0012u);
  EXPECT_EQ(prediction.outcome.elr, kPc + 4);
}

TEST(CompilerTest, WhatDoesNotComeBackIsNotAsked) {
  EXPECT_EQ(WhyNot("W el2h HCR_EL2 0xa0000000\nX el1h nop"),
            "HCR_EL2.HCD leaves no way back from EL1");
  EXPECT_EQ(WhyNot("W el2h HCR_EL2 0xa0002000\nX el1h wfi"), "") << "EL2 gets it by a trap";
  EXPECT_EQ(WhyNot("X el1h wfi"), "it may wait for ever");
  EXPECT_EQ(WhyNot("X el2h smc 0x1"), "an SMC that is not trapped is the firmware's");
  EXPECT_EQ(WhyNot("W el2h VBAR_EL2 0x1000"), "VBAR_EL2 would leave the arenas");
  EXPECT_EQ(WhyNot("W el2h VBAR_EL1 0x1000"), "VBAR_EL1 would leave the arenas");
  EXPECT_EQ(WhyNot("W el2h SCTLR_EL2 0x30c50831"), "SCTLR_EL2.M or EE would be set");
  EXPECT_EQ(WhyNot("W el2h SCTLR_EL1 0x30d00801"), "SCTLR_EL1.M would be set");
  EXPECT_EQ(WhyNot("X el2h str x0,[x1] x1=0x50000000"),
            "it goes to an address outside the trace's memory");
  EXPECT_EQ(WhyNot("X el1h ret x1 x1=0x50000000"),
            "it goes to an address outside the trace's memory");
  EXPECT_EQ(WhyNot("M 0x50000000 0x1"), "the memory is not the trace's");
  EXPECT_EQ(WhyNot("X el1h nop irq fiq"), "only one line can be asserted at a time");
  EXPECT_NE(WhyNot("W el2h ACTLR_EL2 0x1"), "");
  EXPECT_NE(WhyNot("R el2h NOT_A_REGISTER"), "");
}

TEST(CompilerTest, WhatQemuDoesNotSurviveIsAskedElsewhere) {
  constexpr std::string_view kIllegal = "W el2h HCR_EL2 0x0\nX el0 nop";
  EXPECT_NE(WhyNot(kIllegal, true), "");
  EXPECT_EQ(WhyNot(kIllegal, false), "");
}

TEST(CompilerTest, TheSimulatorLeavesOutWhatIsNotAsked) {
  const Compiled compiled = CompileFor("W el2h VBAR_EL2 0x1000\nR el2h VBAR_EL2 => ok x0=40200000");
  EXPECT_EQ(compiled.lines.back().prediction.outcome.x0, kEl2Arena);
}

TEST(CompilerTest, AMalformedLineIsNamed) {
  const auto message = [](std::string_view text) {
    try {
      CompileFor(text);
    } catch (const sim::Violation& violation) {
      return std::string(violation.what());
    }
    return std::string();
  };
  EXPECT_EQ(message("X el1h nop\nQ el1h nop"), "a.elx:2: malformed: unknown operation: \"Q\"");
  EXPECT_EQ(message("# nothing\n"), "a.elx: has no operation");
}

TEST(CompilerTest, ThePayloadSaysHowLongItIsAndChecksItself) {
  const Compiled compiled = CompileFor("X el1h nop");
  const std::string payload = PayloadOf(compiled);
  Header header;
  ASSERT_GE(payload.size(), sizeof header);
  std::memcpy(&header, payload.data(), sizeof header);
  EXPECT_EQ(header.magic, kMagic);
  EXPECT_EQ(payload.size(), sizeof header + header.operations * sizeof(Operation) +
                                header.order * sizeof(std::uint16_t));
  EXPECT_EQ(header.checksum,
            ChecksumOf(reinterpret_cast<const unsigned char*>(payload.data()) + sizeof header,
                       payload.size() - sizeof header));
}

}  // namespace
}  // namespace trivet::lab::board::trace
