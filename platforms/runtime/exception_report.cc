// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>

#include "hal/cpu.h"
#include "hal/digits.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"
#include "platforms/runtime/stacks.h"

extern "C" const char __image_start[];

namespace trivet::platforms {
namespace {

constexpr int kStatusEarlyException = 101;

// Slot number = offset / 0x80. [arm-arm] D1.3.1, vector table.
constexpr std::string_view kKinds[] = {"synchronous exception", "IRQ", "FIQ", "SError"};
constexpr std::string_view kOrigins[] = {"EL2 with SP_EL0", "EL2", "a lower EL (AArch64)",
                                         "a lower EL (AArch32)"};

void WriteField(std::string_view name, std::uint64_t value) {
  RawConsoleWrite(name);
  RawConsoleWrite("0x");
  RawConsoleWrite(hal::Digits(value, 16, hal::kRegisterDigits).view());
}

}  // namespace
}  // namespace trivet::platforms

/// The end of every early-vector slot: one line on the console, then status 101.
extern "C" [[noreturn]] void trivet_report_exception(std::uint64_t slot, std::uint64_t esr,
                                                     std::uint64_t elr, std::uint64_t far) {
  using namespace trivet::platforms;
  namespace hal = trivet::hal;
  RawConsoleWrite("\nplatforms/runtime: unexpected ");
  RawConsoleWrite(kKinds[slot % 4]);
  RawConsoleWrite(" from ");
  RawConsoleWrite(kOrigins[slot / 4]);
  WriteField(" esr=", esr);
  WriteField(" elr=", elr);
  WriteField(" far=", far);
  WriteField(" mpidr=", hal::Cpu::Read<hal::MpidrEl1>().raw());
  // The ELF is linked at 0: subtract this from an address to find it there.
  WriteField(" image=", reinterpret_cast<std::uintptr_t>(__image_start));
  RawConsoleWrite("\n");
  if (hal::EsrEl2::FromRaw(esr).ec() == hal::ExceptionClass::kDataAbortSame && IsStackGuard(far)) {
    RawConsoleWrite("platforms/runtime: a stack overflowed\n");
  }
  PowerOff(kStatusEarlyException);
}
