#include "platforms/runtime/console.h"

#include <atomic>
#include <cstdint>

#include "platforms/runtime/machine.h"
#include "platforms/runtime/raw_console.h"

namespace trivet::platforms {
namespace {

// With the MMU off, exclusive accesses work on QEMU and on CPUs that support them for Device
// memory.
constinit std::atomic_flag console_busy = ATOMIC_FLAG_INIT;

/// Masked, since an interrupt handler that writes while its own CPU holds the lock would wait for
/// ever.
std::uint64_t MaskInterrupts() {
  std::uint64_t daif;
  asm volatile("mrs %0, DAIF\n msr daifset, #0xf" : "=r"(daif)::"memory");
  return daif;
}

void RestoreInterrupts(std::uint64_t daif) { asm volatile("msr DAIF, %0" ::"r"(daif) : "memory"); }

/// A machine without a known console stays silent.
void Put(char byte) {
  std::visit(
      [byte](const auto& console) {
        if constexpr (requires { console.Put(byte); }) console.Put(byte);
      },
      ThisMachine().console);
}

}  // namespace

void RawConsoleWrite(std::string_view text) {
  for (const char byte : text) {
    if (byte == '\n') Put('\r');
    Put(byte);
  }
}

void RawConsoleDrain() {
  std::visit(
      [](const auto& console) {
        if constexpr (requires { console.Drain(); }) console.Drain();
      },
      ThisMachine().console);
}

void ConsoleWrite(std::string_view text) {
  const std::uint64_t daif = MaskInterrupts();
  while (console_busy.test_and_set(std::memory_order_acquire)) {
  }
  RawConsoleWrite(text);
  console_busy.clear(std::memory_order_release);
  RestoreInterrupts(daif);
}

}  // namespace trivet::platforms
