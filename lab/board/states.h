// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"

/// The controls that experiments run under, on the CPU and in the simulator.
namespace trivet::lab::board {

/// EL1 is AArch64; nothing is trapped.
inline std::uint64_t HcrOf(bool e2h) { return hal::HcrEl2().rw(true).e2h(e2h).raw(); }

/// Nothing of SVE, SME and floating point is trapped, in the layout that E2H chooses.
inline std::uint64_t CptrOf(bool e2h) {
  constexpr hal::TrapLevels kNone = hal::TrapLevels::kNone;
  if (e2h) return hal::CptrEl2E2h::Inert().fpen(kNone).zen(kNone).smen(kNone).raw();
  return hal::CptrEl2::Inert().tz(false).tsm(false).raw();
}

}  // namespace trivet::lab::board
