// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/cpu.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/host_of_kind.h"
#include "tests/support/sim/place_program.h"

/// Guest code and interrupts for benchmarks, on the current simulated CPU.
namespace trivet::bench {

/// Places the code that bench/guest_code.h describes.
inline tests::GuestCode PlaceGuestCode() {
  using hal::RegisterId;
  return tests::PlaceProgram({sim::Hvc(0), sim::Hvc(1), sim::Mrs(3, RegisterId::kIdAa64Pfr0El1),
                              sim::Hvc(1), sim::Ldr(5, 1), sim::Hvc(1)});
}

using tests::PhysicalAddressOf, tests::ShowToTableWalks;

/// A software-generated interrupt that is enabled, and one that is not.
enum Interrupt : unsigned { kArriving = 1, kHeldBack = 2 };
/// Initializes this CPU's interrupts.
inline void ReadyInterrupts() {
  using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
  Cpu::Write<IccPmrEl1>(IccPmrEl1::Value::FromRaw(0xff));
  Cpu::Write<IccIgrpen1El1>(IccIgrpen1El1::Value::FromRaw(1));
  Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().imo(true).fmo(true).amo(true));
  Cpu::Isb();
  sim::ScopedPe::Current().gic().SetEnabled(kHeldBack, false);
}
inline void MakePending(Interrupt interrupt) {
  sim::ScopedPe::Current().SetInterruptPending(interrupt);
}
/// What every interrupt handler here does: acknowledge and end.
inline void TakeInterrupt() {
  using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
  Cpu::Write<IccEoir1El1>(IccEoir1El1::Value::FromRaw(Cpu::Read<IccIar1El1>().raw()));
}
/// Lets what is pending arrive.
inline void OpenForAMoment() {
  const hal::Daif masked = hal::Cpu::Read<hal::Daif>();
  hal::Cpu::DaifRestore(hal::Daif());
  hal::Cpu::DaifRestore(masked);
}

}  // namespace trivet::bench
