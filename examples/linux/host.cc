#include "host.h"

#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/power.h"

namespace hv {

constinit trivet::vcpu::ExitLog exits[trivet::platforms::kMaxCpus];

trivet::vectors::Handlers Host::HandlersFor(trivet::CpuId) {
  constexpr auto kStop = [](trivet::vectors::CpuSlot& slot) {
    Stop("an exception at EL2", slot.crash.esr, slot.crash.elr);
  };
  return {.irq = kStop, .fiq = kStop, .serror = kStop, .fatal = kStop};
}

void PowerOff() {
  const bool print = trivet::platforms::CommandLine().contains("trivet.exits");
  for (unsigned cpu = 0; print && cpu < trivet::platforms::CpuCount(); ++cpu) {
    trivet::vcpu::PrintCounts(exits[cpu], cpu, trivet::platforms::kConsoleSink);
  }
  trivet::platforms::PowerOff(0);
}

void Stop(const char* what) {
  trivet::platforms::ConsoleLine().Text(what);
  trivet::platforms::PowerOff(1);
}

void Stop(const char* what, std::uint64_t esr, std::uint64_t pc) {
  trivet::platforms::ConsoleLine().Text(what).Text(": ESR ").Hex(esr).Text(", PC ").Hex(pc);
  const unsigned cpu = trivet::platforms::ThisCpuIndex();
  trivet::vcpu::Print(exits[cpu], cpu, trivet::platforms::kConsoleSink);
  trivet::platforms::PowerOff(1);
}

void Check(trivet::Status status, const char* what) {
  if (status == trivet::Status::kOk) return;
  trivet::platforms::ConsoleLine().Text(what).Text(": ").Text(trivet::ToString(status));
  trivet::platforms::PowerOff(1);
}

}  // namespace hv
