// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/power.h"

#include <algorithm>

#include "platforms/devices/psci_smc.h"
#include "platforms/devices/semihosting.h"
#include "platforms/image_lines.h"
#include "platforms/runtime/guarded.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/memory_console.h"
#include "platforms/runtime/raw_console.h"

namespace trivet::platforms {
namespace {

/// The line at which the runner ends a run. docs/boards.md.
void WriteStatusLine(int status) {
  char text[kStatusLine.size() + 4];
  char* end = std::ranges::copy(kStatusLine, text).out;
  const unsigned number = static_cast<unsigned>(status) & 0xff;
  if (number >= 100) *end++ = static_cast<char>('0' + number / 100);
  if (number >= 10) *end++ = static_cast<char>('0' + number / 10 % 10);
  *end++ = static_cast<char>('0' + number % 10);
  *end++ = '\n';
  CloseConsole({text, end});
}

void Reset(const Description& machine) {
  if (machine.has_psci) PsciSmc{}.SystemReset();
  std::visit(
      [](const auto& watchdog) {
        if constexpr (requires { watchdog.Reset(); }) watchdog.Reset();
      },
      machine.watchdog);
  // A tree that was refused or has no usable psci node: there may be firmware for all that.
  if (std::holds_alternative<None>(machine.watchdog)) (void)GuardedSmc(PsciSmc::kSystemReset);
}

}  // namespace

void PowerOff(int status) {
  WriteStatusLine(status);
  EndMemoryConsole(status);
  if (ThisMachine().has_semihosting) Semihosting{}.Exit(status);
  Reset(ThisMachine());
  for (;;) asm volatile("wfi");
}

}  // namespace trivet::platforms
