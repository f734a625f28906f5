// SPDX-License-Identifier: Apache-2.0 OR MIT
// Boots one Linux at EL1, which has all of the machine but EL2 and the hypervisor's memory.

#include "guest_cpu.h"
#include "guest_tree.h"
#include "hypervisor/divided_machine.h"
#include "vgic/partition/machine.h"

namespace hv {
namespace {

constexpr vgic::GuestNumber kGuest = 1;

trivet::Status Main() {
  const auto boot = PrepareLinux({.memory = {platforms::ImageRange()}});
  const auto run = [&]<class Gic>(const typename Gic::Physical& gic) -> trivet::Status {
    static trivet::hypervisor::DividedMachine<GuestCpu<Gic>> machine(gic, vgic::OwnerTable(kGuest));
    static HandBack hand_back(platforms::CpuCount());
    static Guest<Gic> guest = {.boot = {boot.entry, boot.tree}, .rom = boot.rom};
    guest.doorbell = vcpu::MmioRange::Of(platforms::ImageRange().base, 4096, hand_back);
    guest.hand_back = &hand_back;
    machine.Give(guest, kGuest, 0, platforms::CpuCount());
    machine.MapMachine(guest, {{boot.rom.ipa, boot.rom.size}, {boot.rom.pa, boot.rom.size}});
    Check(boot.rom.MapIn(guest.memory), "ROM");
    machine.Run();
  };
  return vgic::WithGuestGic(platforms::ThisMachine().interrupt_controller, run);
}

}  // namespace
}  // namespace hv

int main() {
  hv::Check(hv::Main(), "no interrupt controller that virtualizes");
  return 1;
}
