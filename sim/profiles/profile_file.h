// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>

#include "sim/profiles/profile.h"

/// Profiles as text, in the words of profiles.def:
///
///     // comment
///     CPU("name")
///       EL3()
///       ID("REGISTER", value)
///       FIXED("REGISTER", ones, zeros)
///     END_CPU()
namespace trivet::sim {

/// The one profile in `text`. Throws Violation with `origin` and the line of a mistake.
Profile ParseProfile(std::string_view text, std::string_view origin);

/// What ParseProfile() reads: `profile` as an entry.
std::string FormatProfile(const Profile& profile);

}  // namespace trivet::sim
