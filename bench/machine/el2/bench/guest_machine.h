// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/support/guest_code.h"
#include "tests/support/host_of_kind.h"

extern "C" const char trivet_bench_guest[];

/// Guest code and interrupts for benchmarks, on the CPU that boots the image.
namespace trivet::bench {

/// The code of bench/machine/el2/guest_code.S; bench/guest_code.h names its places.
inline tests::GuestCode PlaceGuestCode() {
  return tests::GuestCode(reinterpret_cast<std::uint64_t>(&trivet_bench_guest));
}

using tests::PhysicalAddressOf, tests::ShowToTableWalks;

/// The EL2 timer's interrupt, long due: it arrives, or its timer holds it back. The values are
/// CNTHP_CTL_EL2's ENABLE and IMASK. The timer's interrupt, because it comes and goes by the same
/// instructions on every machine; those of a controller differ.
enum Interrupt : unsigned { kArriving = 1, kHeldBack = 3 };
/// Initializes this CPU's interrupts.
void ReadyInterrupts();
/// Returns when an interrupt that arrives has arrived.
void MakePending(Interrupt interrupt);
/// What every interrupt handler here does: it disables the timer, two instructions at EL2. A
/// level-sensitive interrupt that was not acknowledged ends with its source.
[[gnu::always_inline]] inline void TakeInterrupt() {
  asm volatile("msr CNTHP_CTL_EL2, xzr\n\tisb" ::: "memory");
}
/// Lets what is pending arrive: the shortest time that interrupts can be open.
[[gnu::always_inline]] inline void OpenForAMoment() {
  asm volatile(
      "msr DAIFClr, #2\n\t"
      "msr DAIFSet, #2" ::
          : "memory");
}

}  // namespace trivet::bench
