// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/cpus.h"

#include <atomic>
#include <cstdint>

#include "hal/cpu.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/spin_table.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/stacks.h"
#include "platforms/runtime/wait.h"

extern "C" const char trivet_secondary_entry[];
extern "C" [[noreturn]] void trivet_secondary_main();

namespace trivet::platforms {
namespace {

enum class CpuState : std::uint32_t { kOff, kClaimed, kRunning, kParked };

/// One CPU's mailbox. One that is kOff may be on its way there. `entry` is written last and read
/// first.
struct CpuSlot {
  std::atomic<CpuState> state = CpuState::kOff;
  std::atomic<CpuEntry> entry = nullptr;
  void* argument = nullptr;
};

constinit CpuSlot slots[kMaxCpus];

/// Takes the CPU for one start. False when it is not in state `from`.
bool Claim(CpuSlot& slot, CpuState from) {
  return slot.state.compare_exchange_strong(from, CpuState::kClaimed, std::memory_order_acq_rel);
}

void Post(CpuSlot& slot, CpuEntry entry, void* argument) {
  slot.argument = argument;
  slot.entry.store(entry, std::memory_order_release);
  asm volatile("dsb ish\n sev" ::: "memory");
}

const Cpu& Describe(unsigned cpu) { return ThisMachine().cpus.all()[cpu]; }

bool HasPsci(const Cpu& cpu) { return cpu.start == CpuStart::kPsci && ThisMachine().has_psci; }

Status PowerOn(unsigned cpu) {
  const auto entry = reinterpret_cast<std::uintptr_t>(trivet_secondary_entry);
  const std::uintptr_t stack_top = SecondaryStacks()[cpu].top();
  const Cpu& target = Describe(cpu);
  std::int64_t error = -1;
  if (HasPsci(target)) error = PsciSmc{}.CpuOn(target.affinity, entry, stack_top);
  if (target.start == CpuStart::kSpinTable || target.start == CpuStart::kParked) {
    const SpinTable table{.release_address = target.release_address, .affinity = target.affinity};
    error = table.CpuOn(entry, stack_top);
  }
  if (error == 0) return Status::kOk;
  const bool runs = error == PsciSmc::kAlreadyOn || error == PsciSmc::kOnPending;
  return runs ? Status::kInvalidArgument : Status::kUnsupportedFeature;
}

/// Waits until a CPU whose start was accepted has taken its entry, and takes that back from one
/// that does not come: the machine has it in its tree only, or its firmware is at fault.
bool Arrives(unsigned cpu) {
  // A busy build machine may not run all CPUs of QEMU at once.
  static constinit std::atomic<unsigned> seconds = 3;
  CpuSlot& slot = slots[cpu];
  if (WaitUntil([&] { return slot.entry.load() == nullptr; }, seconds.load())) return true;
  if (slot.entry.exchange(nullptr) == nullptr) return true;
  seconds.store(1);
  ConsoleLine()
      .Text("platforms/runtime: CPU ")
      .Hex(Describe(cpu).affinity)
      .Text(" was started and has not come");
  return false;
}

/// From kOff, which another CPU may be trying to start.
void TakeBack(CpuSlot& slot) {
  for (CpuState off = CpuState::kOff;
       !slot.state.compare_exchange_weak(off, CpuState::kParked, std::memory_order_acq_rel);) {
    off = CpuState::kOff;
  }
}

CpuEntry WaitForEntry(CpuSlot& slot) {
  for (;;) {
    if (const CpuEntry entry = slot.entry.exchange(nullptr, std::memory_order_acquire))
      return entry;
    asm volatile("wfe");
  }
}

}  // namespace

unsigned CpuCount() { return static_cast<unsigned>(ThisMachine().cpus.all().size()); }

unsigned ThisCpuIndex() {
  const std::uint64_t affinity = hal::Cpu::CurrentCpu().affinity;
  for (unsigned cpu = 0; const Cpu& candidate : ThisMachine().cpus.all()) {
    if (candidate.affinity == affinity) return cpu;
    ++cpu;
  }
  __builtin_trap();  // only CPUs of this list are started
}

bool OtherCpusAreOff() {
  for (unsigned cpu = 0; cpu < CpuCount(); ++cpu) {
    const bool is_off = slots[cpu].state == CpuState::kOff && IsStopped(cpu);
    if (cpu != ThisCpuIndex() && !is_off) return false;
  }
  return true;
}

void RegisterBootCpu() { slots[ThisCpuIndex()].state.store(CpuState::kRunning); }

Status StartCpu(unsigned cpu, CpuEntry entry, void* argument) {
  if (cpu >= CpuCount() || entry == nullptr) return Status::kInvalidArgument;
  CpuSlot& slot = slots[cpu];
  if (Claim(slot, CpuState::kParked)) {
    Post(slot, entry, argument);
    return Status::kOk;
  }
  if (!Claim(slot, CpuState::kOff)) return Status::kInvalidArgument;
  Post(slot, entry, argument);
  Status status = PowerOn(cpu);
  if (status == Status::kOk && !Arrives(cpu)) status = Status::kUnsupportedFeature;
  if (status == Status::kOk) return status;
  // One that came late has taken it.
  if (slot.entry.exchange(nullptr) == nullptr && status == Status::kInvalidArgument)
    return Status::kOk;
  slot.state.store(CpuState::kOff, std::memory_order_release);
  return status;
}

void StopThisCpu() {
  hal::Cpu::DaifMask();
  const unsigned cpu = ThisCpuIndex();
  CpuSlot& slot = slots[cpu];
  if (HasPsci(Describe(cpu))) {
    slot.state.store(CpuState::kOff, std::memory_order_release);
    PsciSmc{}.CpuOff();
    TakeBack(slot);
  } else {
    slot.state.store(CpuState::kParked, std::memory_order_release);
  }
  asm volatile("mov sp, %0\n mov x29, xzr\n mov x30, xzr\n b trivet_secondary_main"
               :
               : "r"(SecondaryStacks()[cpu].top())
               : "memory");
  __builtin_unreachable();
}

bool IsStopped(unsigned cpu) {
  if (cpu >= CpuCount()) return false;
  const CpuState state = slots[cpu].state.load(std::memory_order_acquire);
  if (state != CpuState::kOff) return state == CpuState::kParked;
  const Cpu& target = Describe(cpu);
  return !HasPsci(target) || PsciSmc{}.AffinityInfo(target.affinity) == PsciSmc::kIsOff;
}

}  // namespace trivet::platforms

extern "C" [[noreturn]] void trivet_secondary_main() {
  using namespace trivet::platforms;
  const unsigned cpu = ThisCpuIndex();
  CpuSlot& slot = slots[cpu];
  for (;;) {
    PrepareThisCpu();
    const CpuEntry entry = WaitForEntry(slot);
    slot.state.store(CpuState::kRunning, std::memory_order_relaxed);
    entry(cpu, slot.argument);
    trivet::hal::Cpu::DaifMask();
    slot.state.store(CpuState::kParked, std::memory_order_release);
  }
}
