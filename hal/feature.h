// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::hal {

/// Architecture features that decide whether a register or a field exists. hal/features.h tells
/// whether a CPU has one.
enum class Feature : std::uint8_t {
  kBase,  ///< Armv8.0-A with EL2: always there.
#define FEATURE(enumerator, ...) enumerator,
#include "hal/features.def"
  kCount,
};

inline constexpr unsigned kFeatureCount = static_cast<unsigned>(Feature::kCount);

/// The manual's name, for example "FEAT_VHE". Never null.
const char* ToString(Feature feature);

/// The condition on ID fields, as hal/features.def spells it; "always" for Feature::kBase. Never
/// null.
const char* ConditionOf(Feature feature);

}  // namespace trivet::hal
