// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/abilities.h"

#include <cstddef>
#include <string_view>

#include "hal/cpu.h"
#include "hal/feature.h"
#include "platforms/runtime/arguments.h"
#include "tests/support/el2/host_state.h"

namespace trivet::tests {
namespace {

std::string_view NameOf(Ability ability) { return ability == Ability::kFiq ? "fiq" : "vhe"; }

/// The value of the argument --lacks=LIST; empty without one.
std::string_view DeclaredLacking() {
  constexpr std::string_view kOption = "--lacks=";
  std::string_view arguments = platforms::CommandLine();
  const std::size_t option = arguments.find(kOption);
  if (option == std::string_view::npos) return {};
  arguments.remove_prefix(option + kOption.size());
  const std::size_t end = arguments.find(' ');
  if (end != std::string_view::npos) arguments.remove_suffix(arguments.size() - end);
  return arguments;
}

}  // namespace

bool Has(Ability ability) {
  const bool has =
      ability == Ability::kFiq ? ThisHost().has_fiqs : hal::Has<hal::Feature::kVhe, hal::Cpu>();
  EXPECT_EQ(has, !DeclaredLacking().contains(NameOf(ability)))
      << NameOf(ability) << ": the environment's `lacks` says otherwise";
  return has;
}

}  // namespace trivet::tests
