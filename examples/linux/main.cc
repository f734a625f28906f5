// Boots one Linux at EL1, which has all of the machine but EL2 and the hypervisor's memory.

#include "guest_tree.h"
#include "hypervisor.h"
#include "vcpu/stage2/identity_map.h"

namespace hv {
namespace {

constexpr vgic::GuestNumber kGuest = 1;

/// All of the machine as itself, but for the hypervisor, what is emulated, and a firmware's flash.
template <class Gic>
trivet::Status MapMachine(Guest<Gic>& guest) {
  auto holes = guest.gic->Holes();
  holes.Add(platforms::ImageRange());
  holes.Add({guest.rom.ipa, guest.rom.size});
  holes.Add({guest.rom.pa, guest.rom.size});
  Check(vcpu::MapIdentity(guest.memory, std::uint64_t{1} << Hypervisor<Gic>::kIpaBits,
                          platforms::ThisMachine().memory.all(), holes.all()),
        guest.name);
  return guest.rom.MapIn(guest.memory);
}

trivet::Status Main() {
  const auto boot = PrepareLinux({.memory = {platforms::ImageRange()}});
  const auto run = [&]<class Gic>(const typename Gic::Physical& gic) -> trivet::Status {
    static Hypervisor<Gic> hypervisor(gic, vgic::OwnerTable(kGuest));
    static HandBack hand_back(platforms::CpuCount());
    static Guest<Gic> guest = {
        .boot = {boot.entry, boot.tree}, .hand_back = &hand_back, .rom = boot.rom};
    hypervisor.Give(guest, kGuest, 0, platforms::CpuCount());
    Check(MapMachine(guest), "the guest's memory");
    hypervisor.Run();
  };
  return vgic::WithGuestGic(platforms::ThisMachine().interrupt_controller, run);
}

}  // namespace
}  // namespace hv

int main() {
  hv::Check(hv::Main(), "no interrupt controller that virtualizes");
  return 1;
}
