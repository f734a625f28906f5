// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vectors/guest_frame.h"

namespace trivet::vectors {

/// The slot a guest left through, as the table's offset from 0x400 in units of 0x80.
/// [arm-arm] "Exception vectors": lower exception level using AArch64, then AArch32.
enum class ExitVector : std::uint32_t {
  kSynchronous = 0,
  kIrq = 1,
  kFiq = 2,
  kSError = 3,
  kSynchronousAArch32 = 4,
  kIrqAArch32 = 5,
  kFiqAArch32 = 6,
  kSErrorAArch32 = 7,
  kRefused = 8,  ///< Not a slot: the frame's PSTATE is not a guest's; nothing was entered.
};

/// Loads `frame`, returns from exception into the guest, and comes back with `frame` saved when
/// anything is taken to EL2 from below. A PSTATE other than AArch64 EL0t, EL1t or EL1h is refused:
/// the exception return would be illegal, or go to EL2. Needs EL2; VBAR_EL2 set by percpu; D, A, I
/// and F masked, which they also are on return. The calling CPU's stack stays in SP_EL2 throughout.
struct EnteredGuest {
  GuestFrame* frame;  ///< Its argument: the assembly has it in x0, and the vector in x1.
  ExitVector vector;
};
extern "C" EnteredGuest TrivetEnterGuest(GuestFrame* frame);

inline ExitVector EnterGuest(GuestFrame& frame) { return TrivetEnterGuest(&frame).vector; }

}  // namespace trivet::vectors
