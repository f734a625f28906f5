// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

namespace trivet::hal {

/// docs/guest_view.md: hal/regs/guest.def for people.
std::string GuestPage();

}  // namespace trivet::hal
