// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/facts/compare.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "lab/facts/explained.h"
#include "tools/json/json_value.h"

namespace trivet::lab::facts {
namespace {

JsonValue Parsed(const std::string& text) {
  JsonValue value;
  std::string error;
  EXPECT_TRUE(JsonValue::Parse(text, value, error)) << error;
  return value;
}

std::vector<std::string> FieldDifferences(const std::string& facts) {
  std::vector<std::string> lines;
  for (const Difference& d : CompareFields(Parsed(facts)).differences) {
    lines.push_back(d.register_name + "." + d.field + ": " + d.text);
  }
  return lines;
}

using Lines = std::vector<std::string>;

TEST(CompareFields, AcceptsTheSameRegister) {
  EXPECT_EQ(FieldDifferences(R"({"regs": {"VBAR_EL2": {"access": "read_write",
      "enc": "s3_4_c12_c0_0", "fields": {"VBA": [63, 11]}, "res1": "0x0"}}})"),
            Lines{});
}

TEST(CompareFields, FindsAnotherEncodingAccessAndRes1) {
  EXPECT_EQ(FieldDifferences(R"({"regs": {"VBAR_EL2": {"access": "read",
      "enc": "s3_4_c12_c0_1", "fields": {"VBA": [63, 11]}, "res1": "0x1"}}})"),
            (Lines{"VBAR_EL2.encoding: S3_4_C12_C0_0 here, S3_4_C12_C0_1 there",
                   "VBAR_EL2.access: RW here, RO there", "VBAR_EL2.RES1: 0x0 here, 0x1 there"}));
}

TEST(CompareFields, FindsAMovedFieldOnBothSides) {
  EXPECT_EQ(FieldDifferences(R"({"regs": {"VBAR_EL2": {"fields": {"VBA": [63, 12]}}}})"),
            (Lines{"VBAR_EL2.VBA: only there, at 63:12", "VBAR_EL2.VBA: only here, at 63:11"}));
}

TEST(CompareFields, KnowsAnArrayByItsFirstElement) {
  EXPECT_EQ(FieldDifferences(R"({"regs": {"MAIR_EL2": {"fields": {"ATTR": [7, 0]}}}})"), Lines{});
}

TEST(CompareResets, WantsReservedAndResetBitsToAgree) {
  const JsonValue facts = Parsed(R"({"regs": {"VTCR_EL2": [
      {"fn": "AArch64_AutoGen_ArchitectureReset", "hi": 31, "lo": 31, "val": 1},
      {"fn": "AArch64_AutoGen_ArchitectureReset", "hi": 20, "lo": 20, "val": 0},
      {"fn": "AArch64_AutoGen_ArchitectureReset", "hi": 5, "lo": 5, "val": 0},
      {"fn": "AArch64_IMPDEFResets", "hi": 4, "lo": 4, "val": 0}]}})");
  const Comparison result = CompareResets(facts);
  ASSERT_EQ(result.differences.size(), 1u);
  EXPECT_EQ(result.differences[0].field, "T0SZ");
  EXPECT_EQ(result.compared, 1u);
}

TEST(ReviewDifferences, SplitsThemAndNamesStaleExplanations) {
  const Review review = ReviewDifferences(
      "fields", {{"HCR_EL2", "TME", "only here"}, {"HCR_EL2", "VM", "only here"}});
  EXPECT_EQ(review.explained, 1u);
  ASSERT_EQ(review.unexplained.size(), 1u);
  EXPECT_EQ(review.unexplained[0].field, "VM");
  EXPECT_FALSE(review.stale.empty());
}

}  // namespace
}  // namespace trivet::lab::facts
