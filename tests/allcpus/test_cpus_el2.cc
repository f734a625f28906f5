#include <new>

#include "hal/status.h"
#include "platforms/runtime/cpus.h"
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

/// A CPU that served another TestCpus object may not have parked yet.
void SpawnWorkers(unsigned count) {
  new (machine_of_cpu_0) Machine;
  for (unsigned cpu = 1; cpu < count; ++cpu) {
    while (platforms::StartCpu(cpu, &RunWorker, nullptr) != Status::kOk) TestCpus::Yield();
  }
}

void JoinWorkers(unsigned) { reinterpret_cast<Machine*>(machine_of_cpu_0)->~Machine(); }

}  // namespace trivet::tests
