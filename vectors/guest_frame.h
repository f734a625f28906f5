// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vectors/in_place.h"

namespace trivet::vectors {

/// The registers a guest changes between one exit and the next. Every exit saves them and every
/// entry loads them; EL1 system registers are switched by vcpu, only when another guest is loaded.
struct alignas(16) GuestFrame {
  std::uint64_t x[31];
  std::uint64_t pc;       ///< ELR_EL2 at exit: the address to continue at.
  std::uint64_t pstate;   ///< SPSR_EL2 at exit. [arm-arm] SPSR_EL2.
  InPlaceHooks in_place;  ///< Fast-path exit handlers. The vectors only read it.
};

}  // namespace trivet::vectors
