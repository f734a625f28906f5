// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/vgic/guest_program.h"

extern "C" const char trivet_interface_guest[];

namespace trivet::tests {

GuestCode PlaceInterfaceGuest() {
  return GuestCode(reinterpret_cast<std::uint64_t>(&trivet_interface_guest));
}

}  // namespace trivet::tests
