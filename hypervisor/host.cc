// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hypervisor/host.h"

#include <algorithm>

#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/power.h"

namespace trivet::hypervisor {

constinit vcpu::ExitLog exits[kMaxCpus];

vectors::Handlers Host::HandlersFor(CpuId) {
  constexpr auto kStop = [](vectors::CpuSlot& slot) {
    Stop("an exception at EL2", slot.crash.esr, slot.crash.elr);
  };
  return {.irq = kStop, .fiq = kStop, .serror = kStop, .fatal = kStop};
}

void PowerOff() {
  const bool print = platforms::CommandLine().contains("trivet.exits");
  const unsigned cpus = std::min(platforms::CpuCount(), kMaxCpus);
  for (unsigned cpu = 0; print && cpu < cpus; ++cpu) {
    vcpu::PrintCounts(exits[cpu], cpu, platforms::kConsoleSink);
  }
  platforms::PowerOff(0);
}

void Stop(const char* what) {
  platforms::ConsoleLine().Text(what);
  platforms::PowerOff(1);
}

void Stop(const char* what, std::uint64_t esr, std::uint64_t pc) {
  platforms::ConsoleLine().Text(what).Text(": ESR ").Hex(esr).Text(", PC ").Hex(pc);
  const unsigned cpu = platforms::ThisCpuIndex();
  vcpu::Print(exits[cpu], cpu, platforms::kConsoleSink);
  platforms::PowerOff(1);
}

void Check(Status status, const char* what) {
  if (status == Status::kOk) return;
  platforms::ConsoleLine().Text(what).Text(": ").Text(ToString(status));
  platforms::PowerOff(1);
}

}  // namespace trivet::hypervisor
