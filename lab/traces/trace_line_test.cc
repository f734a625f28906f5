// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/trace_line.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "lab/traces/input.h"
#include "lab/traces/replayer.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"

namespace trivet::lab {
namespace {

using ::testing::HasSubstr;

std::string FileWith(const std::string& text) {
  const std::string path = std::string(std::getenv("TEST_TMPDIR")) + "/input";
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TraceLine Parse(std::string_view text) {
  TraceLine line;
  std::string error;
  EXPECT_TRUE(ParseTraceLine(text, line, error)) << error;
  return line;
}

std::string ErrorOf(std::string_view text) {
  TraceLine line;
  std::string error;
  EXPECT_FALSE(ParseTraceLine(text, line, error)) << text;
  return error;
}

TEST(TraceLine, CommentsAndBlankLinesAreNothing) {
  EXPECT_EQ(Parse("# elx-trace 1  suite=t3").kind, LineKind::kNothing);
  EXPECT_EQ(Parse("").kind, LineKind::kNothing);
}

TEST(TraceLine, Write) {
  const TraceLine line = Parse("W el2h HCR_EL2 0x80000000 safevbar");
  EXPECT_EQ(line.kind, LineKind::kWrite);
  EXPECT_EQ(line.level, "el2h");
  EXPECT_EQ(line.name, "HCR_EL2");
  EXPECT_EQ(line.value, 0x80000000u);
  EXPECT_EQ(line.expected.kind, Expectation::Kind::kNone);
}

TEST(TraceLine, InstructionWithOperandsAndException) {
  const TraceLine line = Parse(
      "X el1h ldr x5,[x1] x1=0xc0000120 => EL2+400 esr=93c58006 elr=40100000 spsr=3c5 far=c0000120 "
      "pst=3c9");
  EXPECT_EQ(line.name, "ldr x5,[x1]");
  EXPECT_EQ(line.x1, 0xc0000120u);
  EXPECT_EQ(line.expected.el, 2u);
  EXPECT_EQ(line.expected.offset, 0x400u);
  EXPECT_EQ(line.expected.far, 0xc0000120u);
  EXPECT_FALSE(line.expected.hpfar.has_value());
}

TEST(TraceLine, InterruptAndSymbolicReturnAddress) {
  const TraceLine line = Parse("X el0 nop daif=0 irq  => EL1+480 esr=0 elr=PC spsr=0");
  EXPECT_TRUE(line.irq);
  EXPECT_EQ(line.daif, 0u);
  EXPECT_TRUE(line.expected.elr_is_pc);
  EXPECT_FALSE(line.expected.elr.has_value());
}

TEST(TraceLine, MalformedLinesSayWhatIsWrong) {
  EXPECT_THAT(ErrorOf("Q el1h nop"), HasSubstr("unknown operation: \"Q\""));
  EXPECT_THAT(ErrorOf("W el7 HCR_EL2 0x0"), HasSubstr("unknown level"));
  EXPECT_THAT(ErrorOf("W el2h HCR_EL2 0xzz"), HasSubstr("not a hexadecimal number"));
  EXPECT_THAT(ErrorOf("W el2h HCR_EL2"), HasSubstr("not a hexadecimal number"));
  EXPECT_THAT(ErrorOf("X el1h nop => maybe"), HasSubstr("not an outcome"));
  EXPECT_THAT(ErrorOf("X el1h nop => EL2+400 foo=1"), HasSubstr("unknown result field"));
  EXPECT_THAT(ErrorOf("M 0x1000"), HasSubstr("not a hexadecimal number"));
}

TEST(Replayer, ReportsADisagreementWithWhatItGot) {
  Replayer replayer(sim::ProfileNamed("cortex-a72"));
  replayer.Line("W el2h HCR_EL2 0x80000000");
  replayer.Line("W el2h VBAR_EL2 0x40200000");
  EXPECT_EQ(replayer.Line("X el1h hvc 0x12 => EL2+400 esr=5a000013 elr=40100004 spsr=3c5"),
            Replayer::Result::kDisagrees);
  EXPECT_THAT(replayer.message(), HasSubstr("EL2+400 esr=5a000012"));
  EXPECT_EQ(replayer.Line("X el1h hvc 0x12 => EL2+400 esr=5a000012 elr=40100004 spsr=3c5"),
            Replayer::Result::kChecked);
  EXPECT_EQ(replayer.counts().checked, 2u);
  EXPECT_EQ(replayer.counts().disagreements, 1u);
}

TEST(Replayer, UnknownNamesAreSkippedAndSayWhy) {
  Replayer replayer(sim::ProfileNamed("cortex-a72"));
  EXPECT_EQ(replayer.Line("R el2h NOSUCH_EL2 => ok"), Replayer::Result::kSkipped);
  EXPECT_THAT(replayer.message(), HasSubstr("NOSUCH_EL2"));
}

TEST(ReadInput, DamagedGzipIsAnError) {
  const std::string path = FileWith(std::string("\x1f\x8b\x08\x00", 4) + std::string(40, 'x'));
  try {
    ReadInput(path);
    FAIL() << "no error";
  } catch (const sim::Violation& violation) {
    EXPECT_EQ(violation.what(), path + ": damaged gzip data");
  }
}

TEST(ReadInput, PlainTextStays) {
  EXPECT_EQ(ReadInput(FileWith("# elx-trace 1\n")), "# elx-trace 1\n");
}

}  // namespace
}  // namespace trivet::lab
