#pragma once

#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/support/host_of_kind.h"

extern "C" const char trivet_bench_guest[];

/// What benchmarks of guests and interrupts need of a machine: here the one that boots the image.
namespace trivet::bench {

/// Where the code of bench/machine/el2/guest_code.S stands: bench/guest_code.h names its places.
inline std::uint64_t PlaceGuestCode() {
  return reinterpret_cast<std::uint64_t>(&trivet_bench_guest);
}

using tests::PhysicalAddressOf, tests::ShowToTableWalks;

/// The EL2 timer's interrupt, long due: it arrives, or its timer holds it back. What CNTHP_CTL_EL2
/// is then: ENABLE, IMASK. A timer, and not an interrupt of the controller, since it comes and goes
/// by the same instructions on every machine.
enum Interrupt : unsigned { kArriving = 1, kHeldBack = 3 };
/// Readies this CPU's interrupts.
void ReadyInterrupts();
/// Returns when an interrupt that arrives has arrived.
void MakePending(Interrupt interrupt);
/// What every interrupt handler here does: it takes the interrupt away, two instructions at EL2. A
/// level-sensitive interrupt that was not acknowledged is over when its source is.
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
