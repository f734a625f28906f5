// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/guest_machine.h"

#include "platforms/runtime/interrupts.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

// No document bounds the time from a timer's condition to its interrupt; this is more than 100 ns.
constexpr unsigned kSettle = 32;

}  // namespace

void ReadyInterrupts() {
  platforms::InterruptsInitThisCpu();
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(0));
  Cpu::Write<CnthpCvalEl2>(CnthpCvalEl2::Value::FromRaw(0));
  Cpu::Isb();
  platforms::EnableInterrupt(platforms::kEl2Timer);
}

void MakePending(Interrupt interrupt) {
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(interrupt));
  for (unsigned i = 0; i < kSettle; ++i) Cpu::Isb();
}

}  // namespace trivet::bench
