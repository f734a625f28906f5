// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/entry_checks.h"

#include <cstdint>
#include <cstring>

#include "hal/cpu.h"
#include "platforms/image_lines.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/entry_states.h"
#include "platforms/runtime/loader_tree.h"
#include "platforms/runtime/memory_checks.h"

extern "C" void _start(std::uint64_t loader_argument);
// std::terminate, which only unoptimized code calls: the link of a dbg image needs it.
[[noreturn]] void TrivetTerminate() asm("_ZSt9terminatev");

namespace trivet::platforms {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

// In .data, since another start clears .bss: not 0, and volatile, so that the compiler keeps it
// there.
constexpr int kNoFailures = 1;
volatile int failures = kNoFailures;

// Only the walk over .init_array makes this 42: the compiler cannot fold a volatile.
volatile int forty = 40;
int constructed_at_start = forty + 2;

// Memory is zero when a machine starts, and EL2 in one of many states. So the image starts itself
// again in each state, with a dirty .bss. In .data too.
volatile unsigned starts = 1;
std::uint64_t left_dirty[2];

// The image is linked at 0: the entry code relocates this pointer.
int pointed_at;
int* const volatile stored_pointer = &pointed_at;

void EnvironmentIsReady() {
  const SctlrEl2 sctlr = Cpu::Read<SctlrEl2>();
  Check(Cpu::Read<CurrentEl>().el() == 2, "main runs at EL2");
  Check(Cpu::Read<Daif>() == Daif().d(true).a(true).i(true).f(true), "interrupts are masked");
  Check(sctlr.m() && sctlr.c() && sctlr.i(), "MMU, data and instruction cache are on");
  Check(left_dirty[0] == 0 && left_dirty[1] == 0, ".bss is cleared");
  Check(constructed_at_start == 42, "static constructors ran");
  Check(stored_pointer == &pointed_at, "stored pointers point into the image where it is");
  const std::string_view command_line = CommandLine();
  Check(!command_line.empty() && command_line.front() != ' ', "the command line names the image");
}

// What NormalizeEl2State() promises.
void El2StateIsKnown() {
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  const bool el1_counts =
      hcr.e2h() ? Cpu::Read<CnthctlEl2E2h>().el1pcten() && Cpu::Read<CnthctlEl2E2h>().el1pten()
                : Cpu::Read<CnthctlEl2>().el1pcten() && Cpu::Read<CnthctlEl2>().el1pcen();
  Check(hcr.e2h(false).rw(false) == HcrEl2(), "HCR_EL2 enables nothing");  // both may be RES1
  Check(Cpu::Read<CntvoffEl2>() == CntvoffEl2() && !Cpu::Read<CnthpCtlEl2>().enable(),
        "no offset of the virtual counter, no EL2 timer");
  Check(el1_counts, "EL1 may read the counters");
  Check(Cpu::Read<VpidrEl2>().raw() == Cpu::Read<MidrEl1>().raw(), "VPIDR_EL2 is the CPU's own");
  Check(Cpu::Read<SpSel>().sp(), "SP_EL2 is the stack");
}

void (*const volatile terminate)() = TrivetTerminate;

void MemoryFunctionsWork() {
  char text[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::memmove(text + 3, text, 20);
  Check(std::memcmp(text, "0120123456789abcdefghij", 23) == 0, "memmove up over itself");
  std::memmove(text, text + 3, 20);
  Check(std::memcmp(text, "0123456789abcdefghij", 20) == 0, "memmove down over itself");
  std::memset(text + 1, 'x', 17);
  Check(text[0] == '0' && text[1] == 'x' && text[17] == 'x' && text[18] == 'i',
        "memset stays in bounds");
  Check(terminate != nullptr, "std::terminate is there");
  Check(std::strlen(text) == 36 && std::strcmp("ab", "abc") < 0, "strlen and strcmp");
}

// x0 may hold anything.
void OnlyTreesAreTakenForTrees() {
  constexpr std::uint64_t kNoMemory =
      0x70'0000'0000;  // no machine has memory there; every CPU can address it
  Check(!FindLoaderTree(8), "a count of arguments is not an address");
  Check(!FindLoaderTree(reinterpret_cast<std::uintptr_t>(&pointed_at) | 4), "a misaligned address");
  Check(!FindLoaderTree(reinterpret_cast<std::uintptr_t>(_start)), "memory without a device tree");
  Check(!FindLoaderTree(kNoMemory), "an address without memory");
  Check(!FindLoaderTree(~std::uint64_t{7}), "an address that no CPU has");
}

}  // namespace

void Check(bool condition, std::string_view what) {
  if (!condition) failures = failures + 1;
  ConsoleWrite(condition ? "ok      " : "FAILED  ");
  ConsoleWrite(what);
  ConsoleWrite("\n");
}

void CheckEntry() {
  EnvironmentIsReady();
  El2StateIsKnown();
  const unsigned state = starts - 1;
  if (state < EntryStateCount()) {
    starts = starts + 1;
    left_dirty[0] = left_dirty[1] = ~std::uint64_t{0};
    ConsoleWrite("        once more, entered with ");
    ConsoleWrite(EntryStateName(state));
    ConsoleWrite("\n");
    EnterAgain(state, LoaderArgument());
  }
  OnlyTreesAreTakenForTrees();
  MemoryFunctionsWork();
  CheckTranslation();
}

int CheckedStatus() {
  const bool passed = failures == kNoFailures;
  ConsoleWrite(ResultLine(passed));
  return passed ? 0 : 1;
}

}  // namespace trivet::platforms
