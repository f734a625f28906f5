// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/guest_scenario.h"

extern "C" const char trivet_test_guest[];
extern "C" const char trivet_test_values_guest[];

namespace trivet::tests {

GuestCode PlaceGuestCode() {
  return GuestCode(reinterpret_cast<std::uint64_t>(&trivet_test_guest));
}

GuestCode PlaceValuesGuest() {
  return GuestCode(reinterpret_cast<std::uint64_t>(&trivet_test_values_guest));
}

}  // namespace trivet::tests
