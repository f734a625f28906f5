// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/measurements.h"

#include <gtest/gtest.h>

#include "lab/board/words.h"

namespace trivet::lab::board {
namespace {

std::string Line(LineWriter line) { return std::string(line.End().text()); }

std::string Begin() {
  return Line(LineWriter().Word(kFirstWord).Number(kFormat).Number(1).Number(1));
}
std::string Register() {
  return Line(LineWriter()
                  .Word("reg")
                  .Word("VBAR_EL2")
                  .Number(0)
                  .Number(1)
                  .Number(0)
                  .Number(0)
                  .Number(0x800)
                  .Number(0)
                  .Number(~std::uint64_t{0x7ff}));
}
std::string Walk() {
  return Line(LineWriter().Word("walk").Word("VBAR_EL2").Number(0).Number(1).Number(12).Number(5));
}
std::string End(unsigned lines) { return Line(LineWriter().Word(kLastWord).Number(lines)); }

std::string ErrorOf(const std::string& console) {
  Measurements measured;
  std::string error;
  return ParseMeasurements(console, measured, error) ? "" : error;
}

TEST(Measurements, AreReadAmongOtherLines) {
  Measurements measured;
  std::string error;
  const std::string console =
      "U-Boot\r\n" + Begin() + "hello\n" + Register() + Walk() + End(2) + "regards\n";
  ASSERT_TRUE(ParseMeasurements(console, measured, error)) << error;
  ASSERT_NE(measured.Find("VBAR_EL2"), nullptr);
  const Record& record = *measured.Find("VBAR_EL2");
  EXPECT_EQ(record.result.now, 0x800u);
  EXPECT_EQ(record.read_back[2 + 11], 0x800u);  // predicted from all ones and all zeros
  EXPECT_EQ(record.read_back[2 + 12], 5u);      // measured by the walk
  EXPECT_EQ(record.read_back[66 + 11], ~std::uint64_t{0xfff});
}

TEST(Measurements, ThatAreMissingOrDamagedAreRefused) {
  EXPECT_EQ(ErrorOf("hello\n"), "the console has no results");
  EXPECT_EQ(ErrorOf(Begin() + Register()),
            "the results have no end: the run stopped in the middle");
  EXPECT_NE(ErrorOf(Begin() + Register() + End(2)), "");  // a line was lost
  std::string damaged = Register();
  damaged[damaged.find("800")] = '9';
  EXPECT_TRUE(ErrorOf(Begin() + damaged + End(1)).starts_with("line 2 of the console is damaged"));
  EXPECT_NE(ErrorOf(Begin() + Walk() + End(1)), "");  // of a register that never came
}

}  // namespace
}  // namespace trivet::lab::board
