// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every register has its own value for the host and for two guests: each call and each run leaves
// in every register the value of the owner that hal/regs/guest.def names.

#include <gtest/gtest.h>

#include <bit>
#include <set>
#include <string>
#include <tuple>

#include "hal/register_info.h"
#include "sim/model/model.h"
#include "tests/guest/owner_values.h"
#include "tests/guest/value_life.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests::values_test {
namespace {

class Values : public ::testing::TestWithParam<std::tuple<ValueSetting, Ending>> {};

TEST_P(Values, EveryRegisterHasItsOwnersValueAfterEveryCall) {
  const auto& [setting, ending] = GetParam();
  EXPECT_NO_THROW(ValueLife(setting, ending));
}

/// A register that the suite leaves out, or a value that two owners share, would prove nothing.
TEST(ValuesOfOwners, DifferInEverySwitchedRegisterAndEveryControl) {
  for (const ValueSetting& setting : ValueSettings()) {
    const auto model = sim::Model::For(*setting.profile);
    for (const hal::RegisterInfo& info : hal::AllRegisters()) {
      const bool switched = IsGuests(info.id, setting.open, true, setting.e2h());
      const auto control = ControlValue(*model, info.id, setting.e2h(), setting.open, false, 0);
      const auto& plan = model->PlansAt(2, setting.e2h())[static_cast<unsigned>(info.id)];
      const bool absent = plan.write == sim::Outcome::kMissingFeature;  // Or of a family.
      if (absent || (!switched && !control)) continue;
      const auto value = [&](Owner owner) {
        return ValueOf(*model, info.id, setting.e2h(), owner);
      };
      // No CPU here lets it be changed; a lock that few have; one that another register shows.
      if (info.id == hal::RegisterId::kIccSreEl2 || info.id == hal::RegisterId::kOsdlrEl1 ||
          info.access == hal::Access::kWriteOnly)
        continue;
      EXPECT_NE(ChosenBits(*model, info.id, setting.e2h()), 0u)
          << Name(setting) << " " << info.name;
      if (!switched || IsHeld(info.id, setting.open)) continue;
      const std::uint64_t inert = InertValue(*model, info.id, setting.e2h());
      const std::set<std::uint64_t> values = {value(Owner::kHost), value(Owner::kFirst),
                                              value(Owner::kSecond), inert};
      // Of one bit, two owners have the same.
      const bool one_bit = std::has_single_bit(ChosenBits(*model, info.id, setting.e2h()));
      EXPECT_GE(values.size(), one_bit ? 2u : 4u) << Name(setting) << " " << info.name;
    }
  }
}

std::string NameOf(const ::testing::TestParamInfo<std::tuple<ValueSetting, Ending>>& info) {
  constexpr const char* kEndings[] = {"disable", "suspend", "panic", "leave"};
  const auto& [setting, ending] = info.param;
  return Name(setting) + "_" + kEndings[static_cast<unsigned>(ending)];
}

INSTANTIATE_TEST_SUITE_P(Settings, Values,
                         ::testing::Combine(::testing::ValuesIn(ValueSettings()),
                                            ::testing::Values(Ending::kDisable, Ending::kSuspend,
                                                              Ending::kPanic, Ending::kLeaveOnCpu)),
                         NameOf);

}  // namespace
}  // namespace trivet::tests::values_test
