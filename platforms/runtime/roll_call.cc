// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/roll_call.h"

#include <algorithm>

#include "hal/digits.h"
#include "platforms/devices/psci_smc.h"
#include "platforms/devices/spin_table.h"
#include "platforms/runtime/guarded.h"
#include "platforms/runtime/raw_console.h"
#include "platforms/runtime/wait.h"

namespace trivet::platforms {
namespace {

// From their spin tables, all CPUs together. On a busy build machine QEMU does not run all at once.
constexpr std::uint64_t kSeconds = 2;

SpinTable TableOf(const Cpu& cpu) {
  return {.release_address = cpu.release_address, .affinity = cpu.affinity};
}

/// Null: it left its spin table, or is on its way.
const char* WhyNotCalled(const Cpu& cpu) {
  if (!GuardedLoad(cpu.release_address)) return "its cpu-release-addr is not in memory";
  return TableOf(cpu).Call() ? nullptr : "too many CPUs have spin tables";
}

const char* WhyNotByPsci(const Cpu& cpu, bool has_psci) {
  if (!has_psci) return "its enable-method is psci, and no node psci can be used";
  if (PsciSmc{}.AffinityInfo(cpu.affinity) == PsciSmc::kInvalidParameters)
    return "its enable-method is psci, which does not know its reg";
  return nullptr;
}

const char* WhyNot(const Cpu& cpu, bool has_psci) {
  switch (cpu.start) {
    case CpuStart::kUnknown: return cpu.why_unknown;
    case CpuStart::kPsci: return WhyNotByPsci(cpu, has_psci);
    case CpuStart::kSpinTable: return WhyNotCalled(cpu);
  }
  return nullptr;
}

bool IsMissing(const Cpu& cpu) {
  return cpu.start == CpuStart::kSpinTable && !TableOf(cpu).HasArrived();
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
  remove([&](const Cpu& cpu) { return WhyNot(cpu, machine.has_psci); });
  const auto others = machine.cpus.all().subspan(1);
  (void)WaitUntil([&] { return std::ranges::none_of(others, IsMissing); }, kSeconds);
  remove([](const Cpu& cpu) -> const char* {
    return IsMissing(cpu) ? "it has not left its cpu-release-addr within 2 s" : nullptr;
  });
  // The event that woke them is pending on this CPU too: the image's first WFE would not wait.
  asm volatile("sevl\n wfe" ::: "memory");
}

}  // namespace trivet::platforms
