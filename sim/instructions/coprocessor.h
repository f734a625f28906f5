// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "hal/register_id.h"

/// AArch32 System registers: what MRC and MCR name.
namespace trivet::sim {

/// opc1, CRn, CRm and opc2 at their places in the ISS of a trapped MRC or MCR. [arm-arm] ISS of EC
/// 0x03.
constexpr std::uint32_t Cp15Iss(unsigned opc1, unsigned crn, unsigned crm, unsigned opc2) {
  return opc2 << 17 | opc1 << 14 | crn << 10 | crm << 1;
}

struct Cp15Register {
  std::string_view name;
  std::uint32_t iss;        ///< Cp15Iss()
  hal::RegisterId storage;  ///< The AArch64 System register that it is mapped to.
  unsigned low;             ///< Its lowest bit there.
};

/// Null when sim/instructions/coprocessor.def does not list it.
const Cp15Register* FindCp15(std::uint64_t iss);

}  // namespace trivet::sim
