#include <atomic>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <string_view>

#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/interrupts.h"

// A test image without a test library: each Check() is one line, and the last line is the verdict.
namespace {

using trivet::Status;
namespace platforms = trivet::platforms;

int failures = 0;

void Check(bool condition, std::string_view what) {
  if (!condition) ++failures;
  platforms::ConsoleWrite(condition ? "ok      " : "FAILED  ");
  platforms::ConsoleWrite(what);
  platforms::ConsoleWrite("\n");
}

// Only the walk over .init_array makes this 42: the compiler cannot know what a volatile holds.
volatile int forty = 40;
int constructed_at_start = forty + 2;

// Memory is zero when the machine starts. So the image starts itself a second time, over a dirty
// .bss.
// volatile, or the compiler makes it a flag that starts as zero, in .bss.
volatile int starts = 1;
std::uint64_t left_dirty[2];

// The linker knows no address: the entry code made this pointer good.
int pointed_at;
int* const volatile stored_pointer = &pointed_at;

std::uint64_t PendingInterrupts() {
  std::uint64_t isr;
  asm volatile("isb\n mrs %0, ISR_EL1" : "=r"(isr)::"memory");
  return isr;
}
constexpr std::uint64_t kIrqPending = 1u << 7;  // [arm-arm] ISR_EL1.I

/// Polls for up to ten seconds: a busy host may not run every CPU of the machine at once.
template <class Condition>
bool WaitUntil(Condition condition) {
  std::uint64_t hertz;
  std::uint64_t start;
  asm volatile("mrs %0, CNTFRQ_EL0\n isb\n mrs %1, CNTPCT_EL0" : "=r"(hertz), "=r"(start));
  for (std::uint64_t now = start; now - start < 10 * hertz;) {
    if (condition()) return true;
    asm volatile("isb\n mrs %0, CNTPCT_EL0" : "=r"(now));
  }
  return false;
}

/// Waits for a masked interrupt to become pending, without taking it.
bool WaitForIrq() {
  return WaitUntil([] { return (PendingInterrupts() & kIrqPending) != 0; });
}

void EnvironmentIsReady() {
  std::uint64_t el;
  std::uint64_t daif;
  std::uint64_t sctlr;
  asm volatile("mrs %0, CurrentEL" : "=r"(el));
  asm volatile("mrs %0, DAIF" : "=r"(daif));
  asm volatile("mrs %0, SCTLR_EL2" : "=r"(sctlr));
  Check(el == 2 << 2, "main runs at EL2");
  Check(daif == 0xf << 6, "interrupts are masked");
  Check((sctlr & 1) == 0, "the MMU is off");
  Check(starts == 2 && left_dirty[0] == 0 && left_dirty[1] == 0, ".bss is cleared");
  Check(constructed_at_start == 42, "static constructors ran");
  Check(stored_pointer == &pointed_at, "stored pointers point into the image where it is");
  Check(platforms::CommandLine().starts_with("runtime_functest"),
        "the command line starts with the image");
}

// What no loader may leave behind: see NormalizeEl2State().
void El2StateIsKnown() {
  constexpr std::uint64_t kMayBeRes1 = std::uint64_t{1} << 34 | std::uint64_t{1} << 31;  // E2H, RW
  std::uint64_t hcr;
  std::uint64_t offset;
  std::uint64_t timer;
  std::uint64_t counters;
  std::uint64_t midr;
  std::uint64_t vpidr;
  std::uint64_t stack_selection;
  asm volatile("mrs %0, HCR_EL2" : "=r"(hcr));
  asm volatile("mrs %0, CNTVOFF_EL2" : "=r"(offset));
  asm volatile("mrs %0, CNTHP_CTL_EL2" : "=r"(timer));
  asm volatile("mrs %0, CNTHCTL_EL2" : "=r"(counters));
  asm volatile("mrs %0, MIDR_EL1\n mrs %1, VPIDR_EL2" : "=r"(midr), "=r"(vpidr));
  asm volatile("mrs %0, SPSel" : "=r"(stack_selection));
  Check((hcr & ~kMayBeRes1) == 0, "HCR_EL2 enables nothing");
  Check(offset == 0 && (timer & 1) == 0, "no offset of the virtual counter, no EL2 timer");
  Check((counters >> ((hcr >> 34 & 1) * 10) & 3) == 3, "EL1 may read the counters");
  Check(vpidr == midr, "VPIDR_EL2 is the CPU's own");
  Check(stack_selection == 1, "SP_EL2 is the stack");
}

void MemoryFunctionsWork() {
  char text[40] = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::memmove(text + 3, text, 20);
  Check(std::memcmp(text, "0120123456789abcdefghij", 23) == 0, "memmove up over itself");
  std::memmove(text, text + 3, 20);
  Check(std::memcmp(text, "0123456789abcdefghij", 20) == 0, "memmove down over itself");
  std::memset(text + 1, 'x', 17);
  Check(text[0] == '0' && text[1] == 'x' && text[17] == 'x' && text[18] == 'i',
        "memset stays in bounds");
  Check(std::strlen(text) == 36 && std::strcmp("ab", "abc") < 0, "strlen and strcmp");
}

void SelfInterruptArrives() {
  constexpr unsigned kSgi = 5;
  platforms::InterruptsInitThisCpu();
  Check(platforms::AcknowledgeInterrupt() >= 1020, "nothing is pending at first");
  platforms::SendSelfInterrupt(kSgi);
  Check((PendingInterrupts() & kIrqPending) == 0, "a disabled SGI does not arrive");
  platforms::EnableInterrupt(kSgi);
  Check(WaitForIrq(), "an enabled SGI arrives");
  const std::uint32_t intid = platforms::AcknowledgeInterrupt();
  Check(intid == kSgi, "it is acknowledged as itself");
  Check((PendingInterrupts() & kIrqPending) == 0, "it is no longer pending once acknowledged");
  platforms::EndInterrupt(intid);
  Check(platforms::AcknowledgeInterrupt() >= 1020, "it does not come back");
}

std::atomic<unsigned> arrivals;
std::atomic<unsigned> wrong;

void Arrive(unsigned cpu, void* argument) {
  const auto* expected = static_cast<const int*>(argument);
  std::uint64_t el;
  asm volatile("mrs %0, CurrentEL" : "=r"(el));
  if (cpu != platforms::ThisCpuIndex() || *expected != 77 || el != 2 << 2) ++wrong;
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(9);
  platforms::ConsoleWrite("        a secondary CPU reports\n");
  ++arrivals;
  if (!WaitForIrq() || platforms::AcknowledgeInterrupt() != 9) ++wrong;
  platforms::EndInterrupt(9);
  ++arrivals;
}

bool WaitFor(unsigned count) {
  return WaitUntil([=] { return arrivals == count; });
}

bool StartWhenParked(unsigned cpu, int* argument) {
  return WaitUntil([=] { return platforms::StartCpu(cpu, Arrive, argument) == Status::kOk; });
}

void AllCpusStartTwice() {
  static int argument = 77;
  const unsigned count = platforms::CpuCount();
  Check(count == 4, "the board has four CPUs");
  Check(platforms::StartCpu(count, Arrive, nullptr) == Status::kInvalidArgument, "no fifth CPU");
  Check(platforms::StartCpu(platforms::ThisCpuIndex(), Arrive, nullptr) == Status::kInvalidArgument,
        "the boot CPU cannot be started");
  for (const char* round : {"every CPU starts", "every parked CPU starts again"}) {
    arrivals = 0;
    bool started = true;
    for (unsigned cpu = 1; cpu < count; ++cpu) {
      started = StartWhenParked(cpu, &argument) && started;
    }
    Check(started && WaitFor(count - 1), round);
    Check(platforms::StartCpu(1, Arrive, &argument) == Status::kInvalidArgument,
          "a running CPU is refused");
    for (unsigned cpu = 1; cpu < count; ++cpu) platforms::SendInterrupt(cpu, 9);
    Check(WaitFor(2 * (count - 1)), "an SGI reaches each of them");
  }
  Check(wrong == 0, "each arrives at EL2, as itself, with its argument and its SGI");
}

}  // namespace

extern "C" void _start();

int main() {
  if (starts == 1) {
    starts = 2;
    left_dirty[0] = left_dirty[1] = ~std::uint64_t{0};
    _start();
  }
  EnvironmentIsReady();
  El2StateIsKnown();
  MemoryFunctionsWork();
  SelfInterruptArrives();
  AllCpusStartTwice();
  platforms::ConsoleWrite(failures == 0 ? "TRIVET-IMAGE: PASS\n" : "TRIVET-IMAGE: FAIL\n");
  return failures == 0 ? 0 : 1;
}
