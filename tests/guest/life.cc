#include "tests/guest/life.h"

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
  const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2);
  return {.entry = PlaceGuest(),
          .vtcr = vcpu::BlockStage2::vtcr(),
          .vttbr = vcpu::BlockStage2::vttbr(table, static_cast<std::uint16_t>(kVmid + slot)),
          .traps = HcrEl2().twi(true).tid3(true).nv(true),
          .mpidr = MpidrEl1::FromRaw(slot)};
}

/// One run and what the host does about it: interrupts are opened, trapped instructions skipped.
bool Step(vcpu::Vcpu& guest, percpu::PerCpuState& cpu, Life& life) {
  const Result<vcpu::Exit> exit = guest.Run(cpu);
  const unsigned n = life.exits++;
  life.run[n] = exit ? Status::kOk : exit.error();
  if (!exit) return false;
  life.exit[n] = *exit;
  life.pc[n] = guest.frame().pc - PlaceGuest();
  if (exit->reason == vcpu::ExitReason::kIrq) OpenInterruptWindow();
  if (exit->reason != vcpu::ExitReason::kHypercall) guest.SkipInstruction();
  return true;
}

template <percpu::Host H>
void LiveUnder(unsigned slot, percpu::HostKind kind, Life& life) {
  Machine machine(kind);
  Storage<H>& storage = FreshStorage<H>(slot);
  ShowToTableWalks(&storage.stage2, sizeof(storage.stage2));
  TestHost::Here() = {};
  vcpu::Vcpu guest(ConfigFor(storage.stage2, slot));
  guest.frame().x[1] = kUnmappedIpa;
  guest.frame().x[2] = kGuestVbar;

  life.before = HostView::Now();
  life.create = storage.cpu.Create(Cpu::CurrentCpu());
  life.enable = storage.cpu.HardwareEnable();
  while (life.exits < Life::kExits) {
    // The sixth run is the guest's endless loop: only an interrupt ends it.
    if (life.exits == 5) machine.StartTimer(kTimerTicks);
    if (!Step(guest, storage.cpu, life)) break;
  }
  life.irqs_to_handler = TestHost::Here().irqs;
  life.irqs_to_host_table = HostTableIrqs();
  life.hcr = guest.hcr();
  life.unload = guest.Unload(storage.cpu);
  life.audit = storage.cpu.Audit();
  life.disable = storage.cpu.HardwareDisable();
  life.after = HostView::Now();

  machine.TriggerIrq();
  OpenInterruptWindow();
  life.irqs_after = HostTableIrqs() - life.irqs_to_host_table;
}

}  // namespace

void LiveThrough(unsigned slot, percpu::HostKind kind, Service service, Life& life) {
  if (service == Service::kPassThrough) return LiveUnder<PassThroughTestHost>(slot, kind, life);
  LiveUnder<TestHost>(slot, kind, life);
}

}  // namespace trivet::tests
