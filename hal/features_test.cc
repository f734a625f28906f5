// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/features.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string_view>

namespace trivet::hal {
namespace {

IdValues With(IdAa64Pfr0El1 value) {
  IdValues ids;
  ids.Set(value);
  return ids;
}

TEST(Has, BaseIsAlwaysThereAndCountNever) {
  EXPECT_TRUE(Has(Feature::kBase, IdValues{}));
  EXPECT_FALSE(Has(Feature::kCount, IdValues{}));
}

TEST(Has, AllZeroIdRegistersAnnounceOnlyWhatZeroMeans) {
  // [arm-arm] FP, AdvSIMD, DoubleLock and E2H0: 0b0000 is "implemented".
  const FeatureSet set = FeatureSet::From(IdValues{});
  for (unsigned i = 0; i < kFeatureCount; ++i) {
    const auto feature = static_cast<Feature>(i);
    const bool zero_means_yes = feature == Feature::kBase || feature == Feature::kFp ||
                                feature == Feature::kAdvSimd || feature == Feature::kDoubleLock ||
                                feature == Feature::kE2h0 || feature == Feature::kNoEl3 ||
                                feature == Feature::kNoEl2;
    EXPECT_EQ(set.Has(feature), zero_means_yes) << ToString(feature);
  }
}

TEST(Has, UnsignedFieldsCountUp) {
  IdValues ids;
  ids.Set(IdAa64Mmfr2El1().nv(1));
  EXPECT_TRUE(Has(Feature::kNv, ids));
  EXPECT_FALSE(Has(Feature::kNv2, ids));
  ids.Set(IdAa64Mmfr2El1().nv(2));
  EXPECT_TRUE(Has(Feature::kNv2, ids));
}

TEST(Has, FifteenMeansAbsentInSignedFields) {
  EXPECT_TRUE(Has(Feature::kFp, With(IdAa64Pfr0El1().fp(1))));
  EXPECT_FALSE(Has(Feature::kFp, With(IdAa64Pfr0El1().fp(15))));
  EXPECT_FALSE(Has(Feature::kAdvSimd, With(IdAa64Pfr0El1().advsimd(15))));
  IdValues ids;
  ids.Set(IdAa64Dfr0El1().pmuver(15).doublelock(15));
  EXPECT_FALSE(Has(Feature::kPmuV3, ids));
  EXPECT_FALSE(Has(Feature::kPmuV3p9, ids));
  EXPECT_FALSE(Has(Feature::kDoubleLock, ids));
}

// [arm-arm] ID_AA64MMFR4_EL1.E2H0: 0b1110 and 0b1111 mean that E2H is RES1.
TEST(Has, NegativeE2h0MeansThatE2hIsResOne) {
  IdValues ids;
  for (const std::uint8_t absent : {14, 15}) {
    ids.Set(IdAa64Mmfr4El1().e2h0(absent));
    EXPECT_FALSE(Has(Feature::kE2h0, ids)) << unsigned{absent};
  }
}

TEST(Has, EightAndNineAreVersionsOfPmuv3AndNotNegative) {
  IdValues ids;
  ids.Set(IdAa64Dfr0El1().pmuver(8));
  EXPECT_TRUE(Has(Feature::kPmuV3p8, ids));
  EXPECT_TRUE(Has(Feature::kPmuV3, ids));
  EXPECT_FALSE(Has(Feature::kPmuV3p9, ids));
}

TEST(Has, SomeFeaturesAreAnnouncedByAnyOfSeveralFields) {
  IdValues ids;
  EXPECT_FALSE(Has(Feature::kPauth, ids));
  ids.Set(IdAa64Isar2El1().apa3(1));
  EXPECT_TRUE(Has(Feature::kPauth, ids));
  ids = {};
  ids.Set(IdAa64Pfr0El1().csv2(1));
  ids.Set(IdAa64Pfr1El1().csv2_frac(1));
  EXPECT_FALSE(Has(Feature::kCsv2, ids));
  ids.Set(IdAa64Pfr1El1().csv2_frac(2));
  EXPECT_TRUE(Has(Feature::kCsv2, ids));
}

TEST(IdValues, TakesValuesByRegisterIdAndRefusesOthers) {
  IdValues ids;
  EXPECT_TRUE(ids.SetRaw(RegisterId::kIdAa64Mmfr1El1, IdAa64Mmfr1El1().vh(1).raw()));
  EXPECT_TRUE(Has(Feature::kVhe, ids));
  EXPECT_FALSE(ids.SetRaw(RegisterId::kHcrEl2, 1));
}

TEST(FeatureSet, AddsAndRemovesWithoutTouchingTheRest) {
  FeatureSet set;
  EXPECT_TRUE(set.Has(Feature::kBase));
  set.Add(Feature::kAble);
  EXPECT_TRUE(set.Has(Feature::kAble));
  set.Remove(Feature::kAble);
  EXPECT_FALSE(set.Has(Feature::kAble));
  EXPECT_TRUE(set.Has(Feature::kBase));
}

TEST(Features, HaveANameAndACondition) {
  EXPECT_EQ(std::string_view(ToString(Feature::kVhe)), "FEAT_VHE");
  EXPECT_EQ(std::string_view(ConditionOf(Feature::kVhe)), "ID(Mmfr1, vh) >= 1");
  EXPECT_EQ(std::string_view(ConditionOf(Feature::kBase)), "always");
}

/// HCR_EL2's bits that store on a CPU with these features.
std::uint64_t StoredHcrBits(const FeatureSet& features) {
  std::uint64_t mask = 0;
  for (const FieldInfo& field : InfoOf(RegisterId::kHcrEl2).fields) {
    const Feature rao = field.traits.rao_without;
    const bool fixed = rao != Feature::kBase && !features.Has(rao);
    if (features.Has(field.traits.needs) && !fixed) mask |= field.mask();
  }
  return mask;
}

// Masks as QEMU 11's CPU models show them, without EL3; MIOCNCE is RAZ/WI there, which it may be.
TEST(Features, DecideTheBitsOfHcrAsOnKnownCpus) {
  const std::uint64_t miocnce = HcrEl2().miocnce(true).raw();
  IdValues a72;
  a72.Set(IdAa64Pfr0El1::FromRaw(0x0222));
  EXPECT_EQ(StoredHcrBits(FeatureSet::From(a72)), 0x3'ffff'ffffu | miocnce);
  a72.Set(IdAa64Pfr0El1::FromRaw(0x2222));  // With EL3: HCD is gone.
  EXPECT_EQ(StoredHcrBits(FeatureSet::From(a72)), 0x3'dfff'ffffu | miocnce);
}

}  // namespace
}  // namespace trivet::hal
