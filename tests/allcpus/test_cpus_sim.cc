// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include "hal/registers.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "sim/profiles/profile.h"
#include "tests/allcpus/test_cpus.h"

namespace trivet::tests {
namespace {

constexpr std::uint64_t kHostVectors = 0x4010'0000;

/// the PEs of the TestCpus in use, and the host threads they run on.
struct Simulated {
  sim::Machine machine;
  sim::ScopedPe cpu_0{machine.pe(0)};
  std::vector<std::thread> threads;

  explicit Simulated(unsigned count) : machine(sim::ProfileNamed("cortex-a72"), count) {}
};

std::unique_ptr<Simulated> simulated;

void BecomeHost(sim::Pe& pe) {
  pe.Poke(hal::RegisterId::kHcrEl2,
          hal::HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true).raw());
  pe.Poke(hal::RegisterId::kVbarEl2, kHostVectors);
  pe.Poke(hal::RegisterId::kTpidrEl2, pe.id().affinity);
}

}  // namespace

void TestCpus::Yield() { std::this_thread::yield(); }
void TestCpus::Rest() { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }

void SpawnWorkers(unsigned count) {
  simulated = std::make_unique<Simulated>(count);
  for (unsigned cpu = 0; cpu < count; ++cpu) BecomeHost(simulated->machine.pe(cpu));
  for (unsigned cpu = 1; cpu < count; ++cpu) {
    simulated->threads.emplace_back([cpu] {
      const sim::ScopedPe current(simulated->machine.pe(cpu));
      ServeMailbox(cpu);
    });
  }
}

void JoinWorkers(unsigned) {
  for (std::thread& thread : simulated->threads) thread.join();
  simulated.reset();
}

}  // namespace trivet::tests
