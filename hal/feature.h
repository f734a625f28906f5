#pragma once

#include <cstdint>

namespace trivet::hal {

/// Architecture features that decide whether a register or a field exists.
enum class Feature : std::uint8_t {
  kBase,  ///< Armv8.0-A with EL2: always there.
#define FEATURE(enumerator, ...) enumerator,
#include "hal/features.def"
  kCount,
};

/// The manual's name, for example "FEAT_VHE".
const char* ToString(Feature feature);

}  // namespace trivet::hal
