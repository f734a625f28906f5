// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/registers.h"

namespace trivet::hal {

/// The two names by which software at EL2 accesses one register or its layout: with HCR_EL2.E2H
/// clear and with it set. A guest's SCTLR_EL1 is SCTLR_EL1 or SCTLR_EL12; the host's CPTR_EL2 is
/// one name with two layouts. Registers not listed here have one name. [arm-arm] "System and
/// Special-purpose register redirection".
template <class R>
struct NamesAtEl2 {
  using E2hClear = R;
  using E2hSet = R;
};

#define E2H_ALIAS(Type, NAME, Base, ...) \
  template <>                            \
  struct NamesAtEl2<Base> {              \
    using E2hClear = Base;               \
    using E2hSet = Type;                 \
  };
#define E2H_LAYOUT(Type, NAME, Base, ...) E2H_ALIAS(Type, NAME, Base)
#include "hal/regs/all.def"

}  // namespace trivet::hal
