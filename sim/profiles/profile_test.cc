// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/profiles/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::Feature;
using hal::RegisterId;

struct HcrMask {
  const char* cpu;
  std::uint64_t writable;
};

class HcrMaskTest : public ::testing::TestWithParam<HcrMask> {};

/// What QEMU 11.1.2 stores in HCR_EL2 on these CPUs; it is exact but for FIEN, which QEMU leaves
/// out.
TEST_P(HcrMaskTest, WritableBitsOfHcrFollowTheFeatures) {
  const auto model = Model::For(ProfileNamed(GetParam().cpu));
  const std::uint64_t fien = hal::HcrEl2().fien(true).raw();
  EXPECT_EQ(model->MasksOf(RegisterId::kHcrEl2).stores & ~fien, GetParam().writable);
}

INSTANTIATE_TEST_SUITE_P(
    Cpus, HcrMaskTest,
    ::testing::Values(HcrMask{"cortex-a53", 0x3ffffffff}, HcrMask{"cortex-a57", 0x3ffffffff},
                      HcrMask{"cortex-a72", 0x3ffffffff}, HcrMask{"neoverse-v1", 0xd67f3f7fffffff},
                      HcrMask{"neoverse-n2", 0xf67f3f7fffffff}, HcrMask{"max", 0xf67f3fffffffff}),
    [](const auto& info) {
      std::string name = info.param.cpu;
      for (char& c : name) c = c == '-' ? '_' : c;
      return name;
    });

TEST(Profile, EveryNameOfTheListIsThere) {
  for (const char* name : {"cortex-a53", "cortex-a57", "cortex-a72", "cortex-a76", "cortex-a710",
                           "neoverse-n1", "neoverse-v1", "neoverse-n2", "max"}) {
    EXPECT_EQ(ProfileNamed(name).name, name);
  }
  EXPECT_THROW(ProfileNamed("cortex-m0"), Violation);
}

TEST(Profile, FeaturesComeFromTheIdRegisters) {
  EXPECT_FALSE(ProfileNamed("cortex-a72").Features().Has(Feature::kVhe));
  EXPECT_TRUE(ProfileNamed("cortex-a76").Features().Has(Feature::kVhe));
  Profile changed = ProfileNamed("cortex-a76");
  changed.SetId("ID_AA64MMFR1_EL1", 0);
  EXPECT_FALSE(changed.Features().Has(Feature::kVhe));
}

TEST(Profile, WithEl3ShowsInTheIdRegister) {
  const Profile profile = ProfileNamed("cortex-a72").WithEl3();
  EXPECT_EQ(profile.Id("ID_AA64PFR0_EL1") >> 12 & 0xf, 2u);
  EXPECT_TRUE(profile.has_el3);
}

TEST(Profile, E2hRes1NeedsVhe) {
  EXPECT_THROW(ProfileNamed("cortex-a72").WithE2hRes1(), Violation);
}

TEST(Model, EqualProfilesShareOneModel) {
  EXPECT_EQ(Model::For(ProfileNamed("max")), Model::For(ProfileNamed("max")));
  EXPECT_NE(Model::For(ProfileNamed("max")), Model::For(ProfileNamed("max").WithEl3()));
}

// [arm-arm] An _EL12 name needs FEAT_VHE and what the register itself needs.
TEST(Profile, AliasesOfRegistersThatTheCpuLacksAreMissing) {
  const auto v1 = Model::For(ProfileNamed("neoverse-v1"));
  const auto outcome = [&](RegisterId id) {
    return v1->PlansAt(2, true)[static_cast<unsigned>(id)].read;
  };
  EXPECT_EQ(outcome(RegisterId::kTcr2El12), Outcome::kMissingFeature);
  EXPECT_EQ(outcome(RegisterId::kSctlrEl12), Outcome::kOk);
}

}  // namespace
}  // namespace trivet::sim
