// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "hal/cpu.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/entry_checks.h"
#include "platforms/runtime/firmware.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/memory_checks.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/ram.h"
#include "platforms/runtime/wait.h"

namespace {

using trivet::Status;
using trivet::hal::Cpu;
namespace platforms = trivet::platforms;
using platforms::Check;

bool IrqIsPending() {
  Cpu::Isb();
  return Cpu::Read<trivet::hal::IsrEl1>().i();
}

/// Polls for up to ten seconds, and one more for each CPU beyond four: a busy build machine may not
/// run every CPU of QEMU at once.
template <class Condition>
bool WaitUntil(Condition condition) {
  const unsigned cpus = platforms::CpuCount();
  return platforms::WaitUntil(condition, cpus > 4 ? 6 + cpus : 10);
}

/// Waits for a masked interrupt to become pending, without taking it.
bool WaitForIrq() { return WaitUntil(IrqIsPending); }

bool NothingIsPending() { return platforms::IntidOf(platforms::AcknowledgeInterrupt()) >= 1020; }

void SelfInterruptArrives() {
  constexpr unsigned kSgi = 5;
  platforms::InterruptsInitThisCpu();
  Check(NothingIsPending(), "nothing is pending at first");
  platforms::SendSelfInterrupt(kSgi);
  Check(!IrqIsPending(), "a disabled SGI does not arrive");
  platforms::EnableInterrupt(kSgi);
  Check(WaitForIrq(), "an enabled SGI arrives");
  const std::uint32_t acknowledged = platforms::AcknowledgeInterrupt();
  Check(platforms::IntidOf(acknowledged) == kSgi, "it is acknowledged as itself");
  Check(!IrqIsPending(), "it is no longer pending once acknowledged");
  platforms::EndInterrupt(acknowledged);
  Check(NothingIsPending(), "it does not come back");
}

// [gic3] Firmware such as TF-A may reserve 8 to 15 for the Secure state.
constexpr unsigned kSgiOfOthers = 6;

std::atomic<unsigned> arrivals;
std::atomic<unsigned> wrong;

void Arrive(unsigned cpu, void* argument) {
  const auto* expected = static_cast<const int*>(argument);
  const auto sctlr = Cpu::Read<trivet::hal::SctlrEl2>();
  if (cpu != platforms::ThisCpuIndex() || *expected != 77) ++wrong;
  if (Cpu::Read<trivet::hal::CurrentEl>().el() != 2) ++wrong;
  if (!sctlr.m() || !sctlr.c() || !sctlr.i()) ++wrong;
  platforms::InterruptsInitThisCpu();
  platforms::EnableInterrupt(kSgiOfOthers);
  platforms::ConsoleWrite("        a secondary CPU reports\n");
  ++arrivals;
  const bool arrived = WaitForIrq();
  const std::uint32_t acknowledged = platforms::AcknowledgeInterrupt();
  if (!arrived || platforms::IntidOf(acknowledged) != kSgiOfOthers) ++wrong;
  platforms::EndInterrupt(acknowledged);
  ++arrivals;
}

bool WaitFor(unsigned count) {
  return WaitUntil([=] { return arrivals == count; });
}

bool StartWhenParked(unsigned cpu, platforms::CpuEntry entry, void* argument) {
  return WaitUntil([=] { return platforms::StartCpu(cpu, entry, argument) == Status::kOk; });
}

/// [psci] 5.1.5: AFFINITY_INFO is 1 of a CPU that is off. True without PSCI: it parks.
bool IsOffOrParks(unsigned cpu) {
  std::uint64_t x[18] = {0xc400'0004, platforms::ThisMachine().cpus.all()[cpu].affinity};
  return !platforms::CallFirmware(x) || x[0] == 1;
}

void Stop(unsigned, void*) {
  ++arrivals;
  platforms::StopThisCpu();
}

/// From a started CPU's own code, and from each of its starts.
void ACpuStopsAndStartsAgain() {
  Check(!platforms::IsStopped(0) && !platforms::IsStopped(platforms::CpuCount()),
        "neither this CPU is stopped nor one that does not exist");
  arrivals = 0;
  bool stopped = true;
  const unsigned count = platforms::CpuCount();
  for (unsigned start = 0; start < 3; ++start) {
    for (unsigned cpu = 1; cpu < count; ++cpu) {
      stopped = StartWhenParked(cpu, Stop, nullptr) && stopped;
      stopped = WaitUntil([=] { return platforms::IsStopped(cpu); }) && stopped;
      stopped = stopped && IsOffOrParks(cpu);
    }
  }
  Check(stopped && arrivals == 3 * (count - 1), "every CPU stops, and starts again");
}

void EndOnTheBootCpu(unsigned cpu, void*) {
  Check(cpu == 0 && platforms::ThisCpuIndex() == 0, "the boot CPU starts again as itself");
  SelfInterruptArrives();
  platforms::PowerOff(platforms::CheckedStatus());
}

void RestartTheBootCpu(unsigned, void*) {
  const bool stopped = WaitUntil([] { return platforms::IsStopped(0); });
  Check(stopped && IsOffOrParks(0), "the boot CPU stops");
  if (StartWhenParked(0, EndOnTheBootCpu, nullptr)) return;
  Check(false, "the boot CPU starts again");
  platforms::PowerOff(platforms::CheckedStatus());
}

/// Does not return where there is another CPU.
void TheBootCpuStopsAndStartsAgain() {
  if (platforms::CpuCount() == 1) return;
  Check(StartWhenParked(1, RestartTheBootCpu, nullptr), "another CPU starts the boot CPU");
  platforms::StopThisCpu();
}

/// Whether `count` is N of the argument --cpus=N; true without one.
bool IsExpected(unsigned count) {
  constexpr std::string_view kOption = "--cpus=";
  std::string_view arguments = platforms::CommandLine();
  const std::size_t option = arguments.find(kOption);
  if (option == std::string_view::npos) return true;
  unsigned expected = 0;
  arguments.remove_prefix(option + kOption.size());
  for (const char digit : arguments) {
    if (digit < '0' || digit > '9') break;
    expected = expected * 10 + static_cast<unsigned>(digit - '0');
  }
  return count == expected;
}

// Each increment is an exclusive pair, which works only if all CPUs have their caches on.
constexpr unsigned kIncrements = 20'000;
std::atomic<unsigned> contended;

void Contend(unsigned, void*) {
  for (unsigned i = 0; i < kIncrements; ++i) contended.fetch_add(1, std::memory_order_relaxed);
  ++arrivals;
}

void AllCpusStartTwice() {
  static int argument = 77;
  const unsigned count = platforms::CpuCount();
  Check(IsExpected(count), "the machine has as many CPUs as --cpus says");
  Check(platforms::StartCpu(count, Arrive, nullptr) == Status::kInvalidArgument,
        "no CPU beyond them");
  Check(platforms::StartCpu(platforms::ThisCpuIndex(), Arrive, nullptr) == Status::kInvalidArgument,
        "the boot CPU, which runs, is refused");
  for (const char* round : {"every CPU starts", "every parked CPU starts again"}) {
    arrivals = 0;
    bool started = true;
    for (unsigned cpu = 1; cpu < count; ++cpu) {
      started = StartWhenParked(cpu, Arrive, &argument) && started;
    }
    Check(started && WaitFor(count - 1), round);
    Check(platforms::StartCpu(1, Arrive, &argument) == Status::kInvalidArgument,
          "a running CPU is refused");
    for (unsigned cpu = 1; cpu < count; ++cpu) platforms::SendInterrupt(cpu, kSgiOfOthers);
    Check(WaitFor(2 * (count - 1)), "an SGI reaches each of them");
  }
  const platforms::MemoryRange image = platforms::ImageRange();
  Check(platforms::MapRam({image.base + image.size + 0x1000, 0x1000}) ==
            (count == 1 ? Status::kOk : Status::kInUse),
        "no RAM is mapped while other CPUs use the tables");
  Check(wrong == 0, "each arrives at EL2, as itself, caches on, with its argument and its SGI");
}

void AtomicsWorkBetweenAllCpus() {
  arrivals = 0;
  const unsigned count = platforms::CpuCount();
  bool started = true;
  for (unsigned cpu = 1; cpu < count; ++cpu)
    started = StartWhenParked(cpu, Contend, nullptr) && started;
  Contend(0, nullptr);
  Check(started && WaitFor(count) && contended == count * kIncrements,
        "contended increments of all CPUs add up");
}

void TheImageKnowsItsPlace() {
  const platforms::MemoryRange image = platforms::ImageRange();
  const auto is_inside = [&](const void* at) {
    return reinterpret_cast<std::uintptr_t>(at) - image.base < image.size;
  };
  int on_stack = 0;
  Check((image.base | image.size) % 4096 == 0, "the image is whole pages");
  Check(is_inside(reinterpret_cast<const void*>(&Contend)) && is_inside(&contended) &&
            is_inside(&on_stack),
        "code, data and stack are in the image");
}

/// [psci] 5.1.1: PSCI_VERSION, which firmware knows from 0.2 on.
void FirmwareIsCalledWithAllRegisters() {
  std::uint64_t x[18] = {0x8400'0000};
  for (unsigned i = 4; i < 18; ++i) x[i] = 0x1111 * i;
  const bool called = platforms::CallFirmware(x);
  Check(called == platforms::ThisMachine().has_psci, "firmware is called where there is some");
  Check(!called || (x[0] > 0 && x[0] < 0x1'0000'0000), "the version is returned in x0");
  Check(called || x[0] == 0x8400'0000, "nothing changes where there is none");
}

}  // namespace

int main() {
  platforms::CheckEntry();
  TheImageKnowsItsPlace();
  platforms::CheckMapRam();
  FirmwareIsCalledWithAllRegisters();
  SelfInterruptArrives();
  AllCpusStartTwice();
  AtomicsWorkBetweenAllCpus();
  if (!platforms::CommandLine().contains("--no-cpu-off")) {
    ACpuStopsAndStartsAgain();
    TheBootCpuStopsAndStartsAgain();
  }
  return platforms::CheckedStatus();
}
