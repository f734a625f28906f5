// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/console.h"

#include <atomic>
#include <concepts>

#include "hal/cpu.h"
#include "platforms/devices/semihosting.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/memory_console.h"
#include "platforms/runtime/raw_console.h"

namespace trivet::platforms {
namespace {

constinit std::atomic_flag console_busy = ATOMIC_FLAG_INIT;
constinit std::atomic<bool> console_closed = false;
constinit bool at_line_begin = true;

/// Calls `use` with the machine's console, which is semihosting where there is no other.
template <class Use>
void WithConsole(Use use) {
  std::visit(
      [&]<class Kind>(const Kind& console) {
        if constexpr (!std::same_as<Kind, None>) {
          use(console);
        } else if (ThisMachine().has_semihosting) {
          use(Semihosting());
        }
      },
      ThisMachine().console);
}

void Put(char byte) {
  WithConsole([=](const auto& console) { console.Put(byte); });
}

void WaitForEver() {
  for (;;) asm volatile("wfe");
}

}  // namespace

void StartConsole() {
  StartMemoryConsole();
  WithConsole([](const auto& console) { console.Start(); });
}

void RawConsoleWrite(std::string_view text) {
  for (const char byte : text) {
    PutInMemory(byte);
    if (byte == '\n') Put('\r');
    Put(byte);
    at_line_begin = byte == '\n';
  }
}

void RawConsoleLine(std::initializer_list<std::string_view> parts) {
  for (const std::string_view part : parts) RawConsoleWrite(part);
  RawConsoleWrite("\n");
}

void ConsoleWrite(std::string_view text) {
  // An interrupt handler that writes while its own CPU holds the lock would wait for ever.
  const hal::Daif daif = hal::Cpu::DaifMask();
  while (console_busy.test_and_set(std::memory_order_acquire)) {
  }
  if (console_closed.load()) WaitForEver();
  RawConsoleWrite(text);
  console_busy.clear(std::memory_order_release);
  hal::Cpu::DaifRestore(daif);
}

void CloseConsole(std::string_view line) {
  // The CPU that holds the lock may have failed. Loads and stores only: a refused image runs with
  // the MMU off, where exclusives are not architected.
  constexpr unsigned kSpinLimit = 10'000'000;
  hal::Cpu::DaifMask();
  if (console_closed.load()) WaitForEver();
  console_closed.store(true);
  for (unsigned i = 0; i < kSpinLimit && console_busy.test(); ++i) {
  }
  if (!at_line_begin) RawConsoleWrite("\n");
  RawConsoleWrite(line);
  WithConsole([](const auto& console) { console.Drain(); });
}

}  // namespace trivet::platforms
