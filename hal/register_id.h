// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::hal {

/// One enumerator per described register name, in the order of hal/regs/all.def.
enum class RegisterId : std::uint16_t {
#define REGISTER(Type, ...) k##Type,
#define E2H_LAYOUT(Type, ...) k##Type,
#define VIEW(Type, ...) k##Type,
#define SAME_LAYOUT(Type, ...) k##Type,
#define INSTANCE(Type, ...) k##Type,
#define E2H_ALIAS(Type, ...) k##Type,
#include "hal/regs/all.def"
  kCount,
};

inline constexpr unsigned kRegisterCount = static_cast<unsigned>(RegisterId::kCount);

}  // namespace trivet::hal
