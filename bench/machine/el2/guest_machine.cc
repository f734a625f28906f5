#include "bench/guest_machine.h"

#include "platforms/runtime/interrupts.h"

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kEl2Timer = 26;  // PPI of CNTHP. [bsa] "PPI assignments".

// How long a timer's signal takes to a CPU is nobody's promise; this is more than 100 ns.
constexpr unsigned kSettle = 32;

}  // namespace

void ReadyInterrupts() {
  platforms::InterruptsInitThisCpu();
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(0));
  Cpu::Write<CnthpCvalEl2>(CnthpCvalEl2::Value::FromRaw(0));
  Cpu::Isb();
  platforms::EnableInterrupt(kEl2Timer);
}

void MakePending(Interrupt interrupt) {
  Cpu::Write<CnthpCtlEl2>(CnthpCtlEl2::Value::FromRaw(interrupt));
  for (unsigned i = 0; i < kSettle; ++i) Cpu::Isb();
}

}  // namespace trivet::bench
