// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's requested HCR_EL2 against the register's value, in every environment.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "percpu/live_features.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::ConstrainedHcr;
using percpu::HcrReason;
using percpu::HostKind;

/// Sets a bit that no CPU of the tests implements.
struct MissingFeaturePolicy : percpu::DefaultPolicy {
  static constexpr HcrEl2 kHcrSet = percpu::DefaultPolicy::kHcrSet.tweden(true);
};

class GuestHcr : public ::testing::TestWithParam<HostKind> {
 protected:
  GuestHcr() : machine_(GetParam()) {}
  Machine machine_;
};

TEST_P(GuestHcr, IsWhatConstrainGuestComputes) {
  const HostView before = HostView::Now();
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const HcrEl2 requested = HcrEl2().twi(true).tid3(true);
  percpu::Guest guest;
  ASSERT_EQ(cpu.LoadGuest(guest, {.traps = requested}), Status::kOk);
  const ConstrainedHcr result = Constrain(guest.terms);
  cpu.BeginRun();
  const HcrEl2 live = Cpu::Read<HcrEl2>();
  cpu.EndRun();
  EXPECT_EQ(live.raw(), result.value().raw());
  EXPECT_EQ(result.granted(), requested);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(GuestHcr, TheTableHasEachFeatureOfTheCpu) {
  for (unsigned i = 0; i < kFeatureCount; ++i) {
    const auto feature = static_cast<Feature>(i);
    EXPECT_EQ(percpu::CpuHas(feature), Has(feature, LiveIds<Cpu>{})) << ToString(feature);
  }
}

/// Loads a guest that requests TWI and `more`: refused by name, and nothing changed.
void ExpectRefused(percpu::PerCpuState& cpu, HcrEl2 more, Feature lacks) {
  const HostView before = HostView::Now();
  percpu::Guest guest;
  EXPECT_EQ(cpu.LoadGuest(guest, {.traps = HcrEl2::FromRaw(HcrEl2().twi(true).raw() | more.raw())}),
            Status::kUnsupportedFeature);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kHcrEl2);
  EXPECT_EQ(cpu.last_error().bits(), more.raw());
  EXPECT_EQ(cpu.last_error().feature, lacks);
  EXPECT_EQ(cpu.guest_owner(), nullptr);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(GuestHcr, ABitThatTheCpuThePolicyOrTheHostForbidsRefusesTheGuestByItsName) {
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ExpectRefused(cpu, HcrEl2().tme(true), Feature::kTme);
  ExpectRefused(cpu, HcrEl2().vse(true), Feature::kBase);
  ExpectRefused(cpu, HcrEl2().tge(true), Feature::kBase);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(GuestHcr, CanBeComputedBeforeAGuestIsLoaded) {
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const std::uint64_t live = Cpu::Read<HcrEl2>().raw();
  EXPECT_EQ(cpu.ConstrainGuest(HcrEl2().twi(true).nv2(true)).dropped(), HcrEl2().nv2(true));
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), live);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

/// Compares the value and every bit's reason.
void ExpectSame(const ConstrainedHcr& a, const ConstrainedHcr& b) {
  EXPECT_EQ(a.value(), b.value());
  EXPECT_EQ(a.granted(), b.granted());
  for (unsigned bit = 0; bit < 64; ++bit) EXPECT_EQ(a.ReasonOf(bit), b.ReasonOf(bit)) << bit;
}

// The CPU's HCR_EL2 layout is cached for all guests.
TEST_P(GuestHcr, AResultDoesNotDependOnEarlierRequests) {
  constexpr HcrEl2 kEverything = HcrEl2::FromRaw(~std::uint64_t{0});
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const ConstrainedHcr few = cpu.ConstrainGuest(HcrEl2().twi(true).tme(true));
  const ConstrainedHcr all = cpu.ConstrainGuest(kEverything);
  ExpectSame(cpu.ConstrainGuest(HcrEl2().twi(true).tme(true)), few);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  ExpectSame(cpu.ConstrainGuest(kEverything), all);
  ExpectSame(cpu.ConstrainGuest(HcrEl2().twi(true).tme(true)), few);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(GuestHcr, APolicyThatSetsABitThisCpuLacksIsRefusedByTheFeaturesName) {
  const HostView before = HostView::Now();
  percpu::PerCpu<TestHost, MissingFeaturePolicy> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kUnsupportedFeature);
  EXPECT_EQ(cpu.last_error().feature, Feature::kTwed);
  EXPECT_TRUE(HostView::Now() == before);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, GuestHcr,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
