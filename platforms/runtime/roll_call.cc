// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/roll_call.h"

#include <algorithm>
#include <variant>

#include "hal/digits.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/spin_table.h"
#include "platforms/runtime/guarded.h"
#include "platforms/runtime/raw_console.h"
#include "platforms/runtime/wait.h"

namespace trivet::platforms {
namespace {

// From where they wait, all CPUs together. On a busy build machine QEMU does not run all at once.
constexpr std::uint64_t kSeconds = 2;

SpinTable TableOf(const Cpu& cpu) {
  return {.release_address = cpu.release_address, .affinity = cpu.affinity};
}

/// Null: it left its spin table, or is on its way.
const char* WhyNotCalled(const Cpu& cpu) {
  if (!GuardedLoad(cpu.release_address)) return "its cpu-release-addr is not in memory";
  return TableOf(cpu).Call() ? nullptr : "too many CPUs have spin tables";
}

/// [parking] a mailbox that is ready has the number of no CPU. This one's has its own where the
/// image was started again.
const char* WhyNotWoken(const Cpu& cpu, const InterruptController& controller) {
  constexpr std::uint32_t kNoCpu = ~0u;
  const auto number = GuardedLoad(cpu.release_address);
  if (!number) return "its Parked Address is not in memory";
  if (*number != kNoCpu && *number != cpu.interface_number)
    return "the mailbox at its Parked Address is not ready";
  if (!TableOf(cpu).CallParked(cpu.interface_number)) return "too many CPUs are parked";
  std::visit(
      [&](const auto& gic) {
        if constexpr (requires { gic.Wake(cpu.affinity, cpu.interface_number); })
          gic.Wake(cpu.affinity, cpu.interface_number);
      },
      controller);
  return nullptr;
}

const char* WhyNotByPsci(const Cpu& cpu, const Description& machine) {
  if (!machine.has_psci) {
    return machine.is_of_tables ? "FACP has PSCI, which does not answer"
                                : "its enable-method is psci, and no node psci can be used";
  }
  if (PsciSmc{}.AffinityInfo(cpu.affinity) != PsciSmc::kInvalidParameters) return nullptr;
  return machine.is_of_tables ? "PSCI does not know its MPIDR"
                              : "its enable-method is psci, which does not know its reg";
}

const char* WhyNot(const Cpu& cpu, const Description& machine) {
  switch (cpu.start) {
    case CpuStart::kUnknown: return cpu.why_unknown;
    case CpuStart::kPsci: return WhyNotByPsci(cpu, machine);
    case CpuStart::kSpinTable: return WhyNotCalled(cpu);
    case CpuStart::kParked: return WhyNotWoken(cpu, machine.interrupt_controller);
  }
  return nullptr;
}

bool IsMissing(const Cpu& cpu) {
  const bool was_called = cpu.start == CpuStart::kSpinTable || cpu.start == CpuStart::kParked;
  return was_called && !TableOf(cpu).HasArrived();
}

const char* WhyMissing(const Cpu& cpu) {
  if (!IsMissing(cpu)) return nullptr;
  return cpu.start == CpuStart::kParked ? "it has not left its Parked Address within 2 s"
                                        : "it has not left its cpu-release-addr within 2 s";
}

void Report(const Cpu& cpu, const char* why) {
  RawConsoleLine(
      {"platforms/runtime: not used: CPU 0x", hal::Digits(cpu.affinity, 16).view(), ": ", why});
}

}  // namespace

void KeepCpusThatStart(Description& machine) {
  const std::uint64_t boot_cpu = machine.cpus.all().front().affinity;
  const auto remove = [&](auto why_not) {
    machine.cpus.RemoveIf([&](const Cpu& cpu) {
      const char* const why = cpu.affinity != boot_cpu ? why_not(cpu) : nullptr;
      if (why != nullptr) Report(cpu, why);
      return why != nullptr;
    });
  };
  remove([&](const Cpu& cpu) { return WhyNot(cpu, machine); });
  const auto others = machine.cpus.all().subspan(1);
  (void)WaitUntil([&] { return std::ranges::none_of(others, IsMissing); }, kSeconds);
  remove(WhyMissing);
  // The event that woke them is pending on this CPU too: the image's first WFE would not wait.
  asm volatile("sevl\n wfe" ::: "memory");
}

}  // namespace trivet::platforms
