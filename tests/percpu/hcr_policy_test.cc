// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's HCR_EL2 against its request: every bit, under every policy, on every CPU.

#include "percpu/hcr_policy.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"

namespace trivet::tests {
namespace {

using namespace percpu;  // NOLINT(google-build-using-namespace): what is tested

using hal::HcrEl2;

constexpr std::uint64_t kAll = ~std::uint64_t{0};
constexpr HcrEl2 kNvheHost = HcrEl2().imo(true).fmo(true).amo(true).rw(true);
constexpr HcrEl2 kVheHost = kNvheHost.e2h(true).tge(true).api(true).apk(true);

/// Allows few bits, and needs a feature.
struct StrictPolicy {
  static constexpr HcrEl2 kHcrSet = DefaultPolicy::kHcrSet.tid5(true);
  static constexpr HcrEl2 kHcrClear = {};
  static constexpr HcrEl2 kHcrAllowed = HcrEl2().twi(true);
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};

/// Allows the host's own bits, which guests must not get even so.
struct PermissivePolicy {
  static constexpr HcrEl2 kHcrSet = DefaultPolicy::kHcrSet;
  static constexpr HcrEl2 kHcrClear = {};
  static constexpr HcrEl2 kHcrAllowed = HcrEl2::FromRaw(kAll);
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};

struct Conditions {
  PolicyValues policy;
  hal::FeatureSet features;
  HcrEl2 host;
};

std::vector<PolicyValues> EveryPolicy() {
  return {kPolicy<DefaultPolicy>,     kPolicy<BaselinePolicy>, kPolicy<PerRunPolicy>,
          kPolicy<PassThroughPolicy>, kPolicy<StrictPolicy>,   kPolicy<PermissivePolicy>};
}

std::vector<sim::Profile> EveryProfile() {
  std::vector<sim::Profile> profiles;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    profiles.push_back(profile);
    profiles.push_back(profile.WithEl3());
    if (profile.Features().Has(hal::Feature::kVhe)) profiles.push_back(profile.WithE2hRes1());
  }
  return profiles;
}

/// Calls `check` under every policy, on every CPU, under both kinds of host that CPU can have.
template <class F>
void UnderAllConditions(F check) {
  for (const sim::Profile& profile : EveryProfile()) {
    const hal::FeatureSet features = profile.Features();
    for (const PolicyValues& policy : EveryPolicy()) {
      SCOPED_TRACE(profile.name);
      check(Conditions{policy, features, kNvheHost});
      if (features.Has(hal::Feature::kVhe)) check(Conditions{policy, features, kVheHost});
    }
  }
}

/// Requests of no bit, each bit alone, all but each bit, and all of them.
std::vector<HcrEl2> EveryRequest() {
  std::vector<HcrEl2> requests = {HcrEl2(), HcrEl2::FromRaw(kAll)};
  for (unsigned bit = 0; bit < 64; ++bit) {
    requests.push_back(HcrEl2::FromRaw(std::uint64_t{1} << bit));
    requests.push_back(HcrEl2::FromRaw(~(std::uint64_t{1} << bit)));
  }
  return requests;
}

/// The bits for which a reason's premise holds, computed from the inputs alone.
std::uint64_t Premise(HcrReason reason, const Conditions& now, const HcrLayout& layout) {
  switch (reason) {
    case HcrReason::kFeatureAbsent: return layout.absent;
    case HcrReason::kOwnedByHost: return kHostOwned.raw();
    case HcrReason::kPolicyClears: return now.policy.hcr_clear.raw();
    case HcrReason::kNotAllowed: return ~now.policy.hcr_allowed.raw() | percpu::kNotSwitched.raw();
    case HcrReason::kPolicySets: return now.policy.hcr_set.raw();
    case HcrReason::kGuestControls: return 0;
    case HcrReason::kReadsAsOne: return layout.ones;
    case HcrReason::kHostHas: return now.host.raw() & ~percpu::kGuestHcr.raw();
    case HcrReason::kAsRequested:
    case HcrReason::kCount: break;
  }
  return 0;
}

bool ForcesBits(HcrReason reason) {
  return reason == HcrReason::kPolicySets || reason == HcrReason::kReadsAsOne ||
         reason == HcrReason::kHostHas;
}

/// Every bit is as requested, or dropped or forced for exactly one reason, whose premise holds.
void ExpectAccountedFor(HcrEl2 requested, const Conditions& now, const HcrLayout& layout) {
  const ConstrainedHcr result = Constrain(requested, now.policy, layout, now.host);
  const std::uint64_t value = result.value().raw();
  std::uint64_t dropped = 0, forced = 0;
  for (unsigned i = 0; i < static_cast<unsigned>(HcrReason::kCount); ++i) {
    const auto reason = static_cast<HcrReason>(i);
    const std::uint64_t bits = result.Because(reason).raw();
    ASSERT_EQ(bits & ~Premise(reason, now, layout), 0u) << ToString(reason);
    ASSERT_EQ(bits & (dropped | forced), 0u) << "two reasons, one of them: " << ToString(reason);
    (ForcesBits(reason) ? forced : dropped) |= bits;
  }
  ASSERT_EQ(dropped, requested.raw() & ~value);
  ASSERT_EQ(forced, value & ~requested.raw());
  ASSERT_EQ(result.dropped().raw(), dropped);
  ASSERT_EQ(result.forced().raw(), forced);
}

TEST(HcrPolicy, EveryBitIsKeptOrDroppedWithAReasonOrForcedWithAReason) {
  const std::vector<HcrEl2> requests = EveryRequest();
  UnderAllConditions([&](const Conditions& now) {
    const HcrLayout layout = HcrLayout::For(now.features);
    for (const HcrEl2 requested : requests) {
      SCOPED_TRACE(requested.raw());
      ASSERT_NO_FATAL_FAILURE(ExpectAccountedFor(requested, now, layout));
    }
  });
}

TEST(HcrPolicy, TheReasonOfABitIsTheReasonWhoseMaskHasIt) {
  const HcrLayout layout = HcrLayout::For(sim::ProfileNamed("neoverse-v1").Features());
  const ConstrainedHcr result = Constrain(HcrEl2::FromRaw(0x5555'5555'5555'5555),
                                          kPolicy<PassThroughPolicy>, layout, kVheHost);
  for (unsigned bit = 0; bit < 64; ++bit) {
    const std::uint64_t changed = result.dropped().raw() | result.forced().raw();
    const HcrReason reason = result.ReasonOf(bit);
    EXPECT_EQ(reason != HcrReason::kAsRequested, (changed >> bit & 1) != 0) << bit;
    if (reason == HcrReason::kAsRequested) continue;
    EXPECT_EQ(result.Because(reason).raw() >> bit & 1, 1u) << bit;
  }
}

TEST(HcrPolicy, AGuestNeverGetsTheHostsModeNorABitThatThePolicyClears) {
  UnderAllConditions([](const Conditions& now) {
    const HcrLayout layout = HcrLayout::For(now.features);
    const ConstrainedHcr all = Constrain(HcrEl2::FromRaw(kAll), now.policy, layout, now.host);
    EXPECT_FALSE(all.value().tge());
    EXPECT_FALSE(all.value().nv() || all.value().nv1() || all.value().nv2() || all.value().at());
    EXPECT_EQ(all.value().e2h(), now.host.e2h() || HcrEl2::FromRaw(layout.ones).e2h());
    EXPECT_EQ(all.value().raw() & now.policy.hcr_clear.raw() & ~layout.ones, 0u);
    EXPECT_EQ(now.policy.hcr_set.raw() & ~all.value().raw() & ~layout.absent, 0u);
  });
}

/// The simulator refuses a write of a reserved bit and reads RAO/WI bits as one, by its own tables.
TEST(HcrPolicy, TheCpuTakesTheValueAsItIs) {
  for (const sim::Profile& profile : EveryProfile()) {
    const HcrLayout layout = HcrLayout::For(profile.Features());
    for (const PolicyValues& policy : EveryPolicy()) {
      sim::Pe pe(profile);
      const HcrEl2 host = HcrEl2::FromRaw(pe.Peek(hal::RegisterId::kHcrEl2));
      const HcrEl2 all = Constrain(HcrEl2::FromRaw(kAll), policy, layout, host).value();
      pe.Write(hal::RegisterId::kHcrEl2, all.raw());
      pe.Isb();
      const std::uint64_t miocnce = HcrEl2().miocnce(true).raw();  // The profiles' caches fix it.
      EXPECT_EQ(pe.Read(hal::RegisterId::kHcrEl2) | miocnce, all.raw() | miocnce) << profile.name;
    }
  }
}

TEST(HcrPolicy, TheFeatureThatIsMissingComesBeforeEveryOtherReason) {
  const HcrLayout layout = HcrLayout::For(sim::ProfileNamed("cortex-a53").Features());
  const HcrEl2 requested = HcrEl2().nv(true).api(true).tid5(true);
  const ConstrainedHcr result = Constrain(requested, kPolicy<DefaultPolicy>, layout);
  EXPECT_EQ(result.dropped(), requested);
  EXPECT_EQ(result.Because(HcrReason::kFeatureAbsent), requested);
}

TEST(HcrPolicy, APolicyMayAllowLess) {
  const HcrLayout layout = HcrLayout::For(sim::ProfileNamed("max").Features());
  const HcrEl2 requested = HcrEl2().twi(true).twe(true);
  const ConstrainedHcr result = Constrain(requested, kPolicy<StrictPolicy>, layout);
  EXPECT_EQ(result.granted(), HcrEl2().twi(true));
  EXPECT_EQ(result.Because(HcrReason::kNotAllowed), HcrEl2().twe(true));
}

TEST(HcrPolicy, IsAConstantWhereItsArgumentsAre) {
  constexpr ConstrainedHcr kResult =
      Constrain(HcrEl2().twi(true).tge(true), kPolicy<BaselinePolicy>, HcrLayout());
  static_assert(kResult.value().raw() == (0x8008'0019 | HcrEl2().twi(true).raw()));
  static_assert(kResult.dropped() == HcrEl2().tge(true));
  static_assert(kResult.ReasonOf(27) == HcrReason::kOwnedByHost);
  static_assert(kResult.ReasonOf(0) == HcrReason::kPolicySets);
  static_assert(kResult.ReasonOf(13) == HcrReason::kAsRequested);
}

TEST(HcrPolicy, PrintsEachFieldThatIsNotAsRequested) {
  const HcrLayout layout = HcrLayout::For(sim::ProfileNamed("cortex-a72").Features());
  const ConstrainedHcr result =
      Constrain(HcrEl2().twi(true).tid5(true).tge(true).vse(true), kPolicy<BaselinePolicy>, layout,
                HcrEl2().tid1(true).tid3(true));
  std::string text;
  Print(result, {[](void* to, const char* piece, std::size_t size) {
                   static_cast<std::string*>(to)->append(piece, size);
                 },
                 &text});
  EXPECT_EQ(text,
            "HCR_EL2 = 0x80092019\n"
            "  dropped  TID5      this CPU lacks FEAT_MTE2\n"
            "  forced   RW        the policy sets it\n"
            "  dropped  TGE       only the host may set it\n"
            "  forced   TSC       the policy sets it\n"
            "  forced   TID1      the host has it\n"
            "  dropped  VSE       the policy does not allow it\n"
            "  forced   IMO       the policy sets it\n"
            "  forced   FMO       the policy sets it\n"
            "  forced   VM        the policy sets it\n");
}

}  // namespace
}  // namespace trivet::tests
