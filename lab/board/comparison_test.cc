// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/comparison.h"

#include <gtest/gtest.h>

#include "lab/board/simulator.h"
#include "sim/profiles/profile_file.h"

namespace trivet::lab::board {
namespace {

using hal::RegisterId;

/// The simulator stands for the target.
class ComparisonTest : public ::testing::Test {
 protected:
  Comparison Of(RegisterId id, bool on_qemu = false) {
    const auto model = sim::Model::For(profile_);
    for (const Comparison& comparison : Compare(target_, simulated_, *model, on_qemu)) {
      if (comparison.key == ProbeKey{id, false}) return comparison;
    }
    ADD_FAILURE() << "no comparison";
    return {};
  }

  /// The target keeps `bits` at 0 whatever is written.
  void Clear(RegisterId id, std::uint64_t bits) {
    Record& record = target_.records[{id, false}];
    record.result.ones &= ~bits;
    for (std::uint64_t& value : record.read_back) value &= ~bits;
  }

  sim::Profile profile_ = sim::ProfileNamed("neoverse-v1");
  Measurements simulated_ = MeasureSimulator(profile_, true, true);
  Measurements target_ = simulated_;
};

TEST_F(ComparisonTest, TheSimulatorAgreesWithItself) {
  const auto model = sim::Model::For(profile_);
  const auto comparisons = Compare(target_, simulated_, *model, false);
  EXPECT_GT(comparisons.size(), 350u);
  for (const Comparison& comparison : comparisons) {
    const bool same =
        comparison.verdict == Verdict::kAgrees || comparison.verdict == Verdict::kSkipped;
    EXPECT_TRUE(same) << hal::InfoOf(comparison.key.first).name << ": " << comparison.text;
  }
}

TEST_F(ComparisonTest, ABitThatIsNotStoredIsNamed) {
  Clear(RegisterId::kHcrEl2, 1);
  const Comparison comparison = Of(RegisterId::kHcrEl2);
  EXPECT_EQ(comparison.verdict, Verdict::kDiffers);
  EXPECT_EQ(comparison.differing, 1u);
  EXPECT_EQ(comparison.text, "VM 0x1: zeros 0x0 there 0x0 here, ones 0x0 there 0x1 here");
}

TEST_F(ComparisonTest, ReservedBitsMayDiffer) {
  Clear(RegisterId::kVtcrEl2, std::uint64_t{1} << 31);  // RES1
  EXPECT_EQ(Of(RegisterId::kVtcrEl2).verdict, Verdict::kReserved);
}

TEST_F(ComparisonTest, WhatQemuDoesExcusesNoBoard) {
  Clear(RegisterId::kHcrEl2, std::uint64_t{1} << 47);  // FIEN
  EXPECT_EQ(Of(RegisterId::kHcrEl2, true).verdict, Verdict::kExplained);
  EXPECT_EQ(Of(RegisterId::kHcrEl2, false).verdict, Verdict::kDiffers);
  Clear(RegisterId::kHcrEl2, 1);
  EXPECT_EQ(Of(RegisterId::kHcrEl2, true).verdict, Verdict::kDiffers);
}

TEST_F(ComparisonTest, ARegisterThatIsNotThereDiffers) {
  target_.records[{RegisterId::kTtbr1El2, false}].result.read_esr = std::uint64_t{1} << 63;
  EXPECT_EQ(Of(RegisterId::kTtbr1El2).text, "a read is UNDEFINED there and works here");
}

TEST_F(ComparisonTest, ASingleWalkingBitDiffers) {
  target_.records[{RegisterId::kVbarEl2, false}].read_back[2 + 20] ^= std::uint64_t{1} << 21;
  EXPECT_EQ(Of(RegisterId::kVbarEl2).differing, std::uint64_t{1} << 21);
}

TEST_F(ComparisonTest, WhatCannotBeAskedSaysWhy) {
  EXPECT_EQ(Of(RegisterId::kIccEoir1El1).text, "write-only: nothing can be read back");
  EXPECT_EQ(Of(RegisterId::kIccIar1El1).text, "a read acknowledges an interrupt");
  EXPECT_NE(Of(RegisterId::kSctlrEl2).text.find("in part: M: "), std::string::npos);
}

TEST_F(ComparisonTest, AProfileWithTheFixedBitsAgrees) {
  Clear(RegisterId::kHcrEl2, 1);
  sim::Profile own = ProfileOf(target_, "board");
  const Comparison before = Of(RegisterId::kHcrEl2);
  own.fixed.push_back({"HCR_EL2", before.always_one, before.always_zero});
  profile_ = sim::ParseProfile(sim::FormatProfile(own), "here");
  simulated_ = MeasureSimulator(profile_, true, true);
  EXPECT_EQ(Of(RegisterId::kHcrEl2).verdict, Verdict::kAgrees);
}

}  // namespace
}  // namespace trivet::lab::board
