// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/guest_scenario.h"

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr unsigned kSlots = 4;
constexpr std::uint16_t kVmid = 5;
constexpr unsigned kTimerTicks = 2000;

/// What one concurrent caller needs; too large for a stack.
template <percpu::Host H>
struct Storage {
  percpu::PerCpu<H> cpu;
  vcpu::BlockStage2 stage2;
};

template <percpu::Host H>
Storage<H>& FreshStorage(unsigned slot) {
  alignas(Storage<H>) static unsigned char bytes[kSlots][sizeof(Storage<H>)];
  return *new (bytes[slot]) Storage<H>();
}

vcpu::Config ConfigFor(vcpu::BlockStage2& stage2, unsigned slot) {
  (void)MapGuest(stage2);
  vcpu::Config config = ConfigGuest(stage2, static_cast<std::uint16_t>(kVmid + slot));
  config.traps = HcrEl2().twi(true).tid3(true);
  config.mpidr = MpidrEl1::FromRaw(slot);
  return config;
}

/// One run and what the host does about it: interrupts are opened, trapped instructions skipped.
bool Step(vcpu::Vcpu& guest, percpu::PerCpuState& cpu, ScenarioResult& result) {
  const Result<vcpu::Exit> exit = guest.Run(cpu);
  const unsigned n = result.exits++;
  result.run[n] = exit ? Status::kOk : exit.error();
  if (!exit) return false;
  result.exit[n] = *exit;
  result.pc[n] = guest.frame().pc - PlaceGuest();
  if (exit->reason == vcpu::ExitReason::kIrq) OpenInterruptWindow();
  if (exit->reason != vcpu::ExitReason::kHypercall) guest.SkipInstruction();
  return true;
}

template <percpu::Host H>
void RunUnder(unsigned slot, percpu::HostKind kind, ScenarioResult& result) {
  Machine machine(kind);
  Storage<H>& storage = FreshStorage<H>(slot);
  ShowToTableWalks(&storage.stage2, sizeof(storage.stage2));
  TestHost::Here() = {};
  vcpu::Vcpu guest(ConfigFor(storage.stage2, slot));
  guest.frame().x[1] = kUnmappedIpa;
  guest.frame().x[2] = kGuestVbar;

  result.before = HostView::Now();
  result.create = storage.cpu.Create(Cpu::CurrentCpu());
  result.enable = storage.cpu.HardwareEnable();
  while (result.exits < ScenarioResult::kExits) {
    // The sixth run is the guest's endless loop: only an interrupt ends it.
    if (result.exits == 5) machine.StartTimer(kTimerTicks);
    if (!Step(guest, storage.cpu, result)) break;
  }
  result.irqs_to_handler = TestHost::Here().irqs;
  result.irqs_to_host_table = HostTableIrqs();
  result.hcr = guest.hcr();
  result.unload = guest.Unload(storage.cpu);
  result.audit = storage.cpu.Audit();
  result.disable = storage.cpu.HardwareDisable();
  result.after = HostView::Now();

  machine.TriggerIrq();
  OpenInterruptWindow();
  result.irqs_after = HostTableIrqs() - result.irqs_to_host_table;
}

}  // namespace

vcpu::Config ConfigGuest(vcpu::BlockStage2& stage2, std::uint16_t vmid) {
  const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2);
  return {.entry = PlaceGuest(),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(table, vmid)};
}

void RunScenario(unsigned slot, percpu::HostKind kind, HostInterface host_interface,
                 ScenarioResult& result) {
  if (host_interface == HostInterface::kPassThrough)
    return RunUnder<PassThroughTestHost>(slot, kind, result);
  RunUnder<TestHost>(slot, kind, result);
}

}  // namespace trivet::tests
