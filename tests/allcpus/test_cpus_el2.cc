// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <new>

#include "hal/status.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/power.h"
#include "tests/allcpus/test_cpus.h"
#include "tests/support/machine.h"

namespace trivet::tests {
namespace {

/// The host of CPU 0, which has no worker.
alignas(Machine) unsigned char machine_of_cpu_0[sizeof(Machine)];

void RunWorker(unsigned cpu, void*) {
  const Machine machine;
  ServeMailbox(cpu);
}

}  // namespace

void TestCpus::Yield() { asm volatile("yield"); }
void TestCpus::Rest() { Yield(); }

/// Waiting for them would take for ever. Lines of the run time say why one is missing.
[[noreturn]] void FailForCpus(unsigned count) {
  platforms::ConsoleLine()
      .Text("tests/allcpus: needs ")
      .Decimal(count)
      .Text(" CPUs and has ")
      .Decimal(platforms::CpuCount());
  platforms::PowerOff(1);
}

/// A CPU that served another TestCpus object may not have parked yet.
void SpawnWorkers(unsigned count) {
  new (machine_of_cpu_0) Machine;
  for (unsigned cpu = 1; cpu < count; ++cpu) {
    if (cpu >= platforms::CpuCount()) FailForCpus(count);
    while (platforms::StartCpu(cpu, &RunWorker, nullptr) != Status::kOk) TestCpus::Yield();
  }
}

void JoinWorkers(unsigned) { reinterpret_cast<Machine*>(machine_of_cpu_0)->~Machine(); }

}  // namespace trivet::tests
