// SPDX-License-Identifier: Apache-2.0 OR MIT
// Debian on three CPUs, and a real-time guest on the fourth, which Debian can neither reach nor
// delay.

#include "guest_cpu.h"
#include "guest_tree.h"
#include "hypervisor/divided_machine.h"
#include "vgic/partition/gic_v3.h"

namespace hv {
namespace {

using Gic = vgic::GuestGicV3<>;

/// What a guest has for itself.
struct Share {
  const char* name;
  unsigned first_cpu, cpus;
  platforms::MemoryRange ram, uart;
  unsigned uart_interrupt;
};
/// QEMU's virt machine with 1 GiB. What no row names is the first one's too.
constexpr Share kShares[] = {
    {"Debian", 0, 3, {0x4000'0000, 0x3fe0'0000}, {0x0900'0000, 0x1000}, 33},
    {"the real-time guest", 3, 1, {0x7fe0'0000, 0x20'0000}, {0x0904'0000, 0x1000}, 40},
};
constexpr const Share& kDebian = kShares[0];
constexpr const Share& kSmall = kShares[1];

constexpr vgic::OwnerTable Owners() {
  vgic::OwnerTable owners(1);
  owners.Give(kSmall.uart_interrupt, 2);
  return owners;
}

/// Debian's doorbell: the words of its page. A number written to the first one ends the other guest
/// so many times.
struct Doorbell {
  RealTime& other;
  const std::atomic<unsigned>& refused;

  std::uint64_t Read(vgic::RegisterAccess access) const {
    switch (access.offset) {
      case 0: return other.lives();
      case 4: return other.beats();
      case 8: return other.cost().fewest();
      case 12: return other.cost().exits();
      case 16: return other.cost().beyond();
      case 20: return refused;
      default: return 0;
    }
  }
  void Write(vgic::RegisterAccess access, std::uint64_t value) {
    if (access.offset == 0) other.End(static_cast<unsigned>(value));
  }
};

trivet::Status MapShare(vcpu::GuestMemory& memory, const Share& share) {
  const auto status = memory.Map(share.ram.base, share.ram.base, share.ram.size, {});
  if (status != trivet::Status::kOk) return status;
  return memory.Map(share.uart.base, share.uart.base, share.uart.size,
                    {.type = vcpu::MemoryType::kDevice});
}

[[noreturn]] void Main(const platforms::GicV3& gic) {
  const auto boot =
      PrepareLinux({.memory = {platforms::ImageRange(), kSmall.ram}, .nodes = {"/pl011@9040000"}});
  const std::uint64_t frame = gic.redistributors.regions.all()[0].base;
  // About a millisecond, not in step with Debian's own timers.
  const std::uint64_t period = hal::Cpu::Read<hal::CntfrqEl0>().raw() / 1009;
  static trivet::hypervisor::DividedMachine<GuestCpu<Gic>> machine(gic, Owners());
  static RealTime real_time(kSmall.first_cpu, kSmall.ram.base,
                            {.first_instructions = 0,
                             .redistributor = frame + platforms::Redistributors::kFrame,
                             .uart = kSmall.uart.base,
                             .period = period,
                             .beats = 0});
  static Guest<Gic> small = {
      .name = kSmall.name, .boot = {kSmall.ram.base, 0}, .real_time = &real_time};
  static Guest<Gic> debian = {.name = kDebian.name, .boot = {boot.entry, boot.tree}};
  static Doorbell doorbell = {real_time, debian.refused};
  debian.doorbell = vcpu::MmioRange::Of(platforms::ImageRange().base, 4096, doorbell);
  machine.Give(debian, 1, kDebian.first_cpu, kDebian.cpus);
  machine.Give(small, 2, kSmall.first_cpu, kSmall.cpus);
  machine.MapMachine(debian, {kSmall.ram, kSmall.uart});
  Check(MapShare(small.memory, kSmall), small.name);
  machine.Run();
}

}  // namespace
}  // namespace hv

int main() {
  const auto* gic =
      std::get_if<hv::platforms::GicV3>(&hv::platforms::ThisMachine().interrupt_controller);
  if (gic == nullptr || hv::platforms::CpuCount() != 4) hv::Stop("needs a GICv3 and 4 CPUs");
  hv::Main(*gic);
}
