// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/trace_report.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "sim/profiles/profile.h"

namespace trivet::lab::board::trace {
namespace {

constexpr std::string_view kTrace =
    "X el1h hvc 0x12  => EL2+400 esr=5a000012 elr=40100004 spsr=3c5 pst=3c9\n"
    "X el0 nop  => ok\n"
    "R el2h TPIDR_EL2  => ok x0=0\n"
    "X el1h smc 0x1  => ?\n"
    "X el1h nop daif=0 irq  => EL1+280 esr=0 elr=PC spsr=5\n";

class TraceReportTest : public ::testing::Test {
 protected:
  TraceReportTest() { Load(kTrace); }

  void Load(std::string_view text) {
    text_ = "W el2h HCR_EL2 0x80000000\n" + std::string(text);
    compiled_ = Compile("a.elx", text_, model_, false);
    measurements_.outcomes.assign(compiled_.order.size(), Outcome{});
    for (const CompiledLine& line : compiled_.lines) {
      if (line.skip_reason.empty()) measurements_.outcomes[line.place] = line.prediction.outcome;
    }
  }
  /// Counted from 0, without the first, which HCR_EL2 was written in.
  const CompiledLine& LineOf(std::size_t line) { return compiled_.lines[line + 1]; }
  Outcome& OutcomeOf(std::size_t line) { return measurements_.outcomes[LineOf(line).place]; }
  TraceComparison Compared(bool on_qemu = false) {
    return CompareTrace(compiled_, measurements_, *model_, on_qemu);
  }
  std::string FieldsOf(std::size_t line) {
    const TraceComparison comparison = Compared();
    if (comparison.differences.size() != 1) return "not one difference";
    EXPECT_EQ(comparison.differences[0].line, &LineOf(line));
    return comparison.differences[0].fields;
  }

  std::shared_ptr<const sim::Model> model_ = sim::Model::For(sim::ProfileNamed("max"));
  std::string text_;
  Compiled compiled_;
  TraceOutcomes measurements_;
};

TEST_F(TraceReportTest, TheSimulatorsOwnOutcomesAgree) {
  const TraceComparison comparison = Compared();
  EXPECT_EQ(comparison.agree, 5u);
  EXPECT_EQ(comparison.differ(), 0u);
  EXPECT_EQ(comparison.stated, 4u);
  EXPECT_EQ(comparison.with_file, 4u);
  EXPECT_EQ(comparison.skip_reason.size(), 1u) << "the SMC";
}

TEST_F(TraceReportTest, EachWrongFieldIsNamed) {
  const auto field = [&](auto member) {
    OutcomeOf(0).*member ^= 1;
    const std::string fields = FieldsOf(0);
    OutcomeOf(0).*member ^= 1;
    return fields;
  };
  EXPECT_EQ(field(&Outcome::esr), "esr");
  EXPECT_EQ(field(&Outcome::elr), "elr");
  EXPECT_EQ(field(&Outcome::spsr), "spsr");
  EXPECT_EQ(field(&Outcome::pstate), "pst");
  EXPECT_EQ(field(&Outcome::far), "not one difference") << "an HVC does not write it";
}

TEST_F(TraceReportTest, AnotherVectorOrLevelIsAnotherOutcome) {
  OutcomeOf(0).what = 0x1400;
  EXPECT_EQ(FieldsOf(0), "outcome");
}

TEST_F(TraceReportTest, CompletingInsteadOfTrappingIsAnotherOutcome) {
  OutcomeOf(1).what = 0x2400;
  EXPECT_EQ(FieldsOf(1), "outcome");
}

TEST_F(TraceReportTest, AValueCountsWhereTheLineStatesIt) {
  OutcomeOf(2).x0 = 1;
  EXPECT_EQ(FieldsOf(2), "x0");
  OutcomeOf(2).x0 = 0;
  OutcomeOf(1).x0 = 1;
  EXPECT_EQ(Compared().differ(), 0u);
}

TEST_F(TraceReportTest, AnInterruptMayComeBehindTheInstruction) {
  OutcomeOf(4).elr = kPc + 4;
  EXPECT_EQ(Compared().differ(), 0u);
  OutcomeOf(4).elr = kPc + 8;
  EXPECT_EQ(FieldsOf(4), "elr");
}

TEST_F(TraceReportTest, AMachineWithoutTheLineIsNotAsked) {
  OutcomeOf(4) = {.what = kImpossible};
  const TraceComparison comparison = Compared();
  EXPECT_EQ(comparison.differ(), 0u);
  EXPECT_EQ(comparison.skip_reason.size(), 2u);
}

TEST_F(TraceReportTest, SaysWhomTheTargetAgreesWith) {
  Load("X el1h hvc 0x12  => EL2+400 esr=5a000013 elr=40100004 spsr=3c5 pst=3c9\n");
  EXPECT_EQ(Compared().differ(), 0u) << "compared with the simulator, not with the file";
  EXPECT_EQ(Compared().with_file, 0u);
  OutcomeOf(0).esr = 0x5a00'0013;
  const std::string report = ReportOf("a.elx", Compared(), false);
  EXPECT_NE(report.find("a.elx:2: X el1h hvc 0x12"), report.npos) << report;
  EXPECT_NE(report.find("DIFFERS in esr; the target agrees with the file"), report.npos) << report;
}

TEST_F(TraceReportTest, QemusDeviationsCountOnQemuOnly) {
  Load("X el1h dc_zva x1=0x41000000\n");
  OutcomeOf(0).what = 0;
  EXPECT_EQ(Compared(false).differ(), 1u);
  EXPECT_EQ(Compared(true).differ(), 0u);
  EXPECT_EQ(Compared(true).explained, 1u);
}

TEST_F(TraceReportTest, WhatIsKnownOfARegisterExplainsAnywhere) {
  Load("W el2h ERRSELR_EL1 0x0\n");
  OutcomeOf(0) = {.what = 0x2200, .esr = 0x200'0000, .elr = kPc, .spsr = 0x3c9, .pstate = 0x3c9};
  EXPECT_EQ(Compared(false).explained, 1u);
  OutcomeOf(0).esr = 0x6232'0000;
  EXPECT_EQ(Compared(false).differ(), 1u) << "a trap is not UNDEFINED";
}

}  // namespace
}  // namespace trivet::lab::board::trace
