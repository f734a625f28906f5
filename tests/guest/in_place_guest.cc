// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/in_place_guest.h"

#include "vectors/syndrome.h"

namespace trivet::tests {

using vectors::InPlace;
using vectors::InPlaceExit;

Served& ServedBy(const InPlaceExit& exit) {
  return *static_cast<Served*>(exit.guest->in_place.context);
}

InPlace ServeTraps(InPlaceExit& exit) {
  const auto syndrome = vectors::Syndrome::FromRaw(hal::Cpu::Read<hal::EsrEl2>().raw());
  switch (syndrome.exception_class()) {
    case vectors::ExceptionClass::kHvc64:
      if (syndrome.immediate() == 2) return InPlace::kExit;
      exit.x(18) = exit.x(30) = kFromHook;
      exit.pc -= 4;  // As behind the others: the instruction itself.
      break;
    case vectors::ExceptionClass::kSystem: exit.x(syndrome.system_register().rt) = kFromHook; break;
    case vectors::ExceptionClass::kDataAbortLower:
      exit.x(syndrome.data_abort().rt) = kFromHook;
      ServedBy(exit).machine->StartTimer(kTimerTicks);  // The endless loop is next.
      break;
    default: break;
  }
  ++ServedBy(exit).traps;
  exit.pc += 4;
  return InPlace::kResume;
}

InPlace ServeIrq(InPlaceExit& exit) {
  if (!AcknowledgeIrq()) return InPlace::kExit;
  ++ServedBy(exit).irqs;
  exit.pc += 4;
  return InPlace::kResume;
}

}  // namespace trivet::tests
