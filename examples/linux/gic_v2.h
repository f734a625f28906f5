#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gic.h"
#include "platforms/devices/gic_v2.h"
#include "platforms/runtime/cpus.h"
#include "vcpu/mmio.h"
#include "vcpu/stage2/guest_memory.h"
#include "vgic/distributor/gic_v2.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/distributor/sgi.h"
#include "vgic/gic_v2_interface.h"

namespace hv {

/// The guest's GICv2: where it expects GICC it finds GICV, its Distributor is its part of the
/// physical one. [gic2] chapter 4: offsets.
class GicV2 {
 public:
  using Physical = platforms::GicV2;
  using Interface = vgic::GicV2Interface<>;

  /// As GicV3 has it. A CPU reads its own number from the targets of its SGIs.
  static void StartCpu(const Physical& gic, vgic::GuestCpu& cpu) {
    const std::uint32_t number = Memory::Read32(gic.distributor + vgic::gic::kItargetsr) & 0xff;
    cpu.interface = static_cast<std::uint8_t>(number == 0 ? 0 : __builtin_ctz(number));
    const std::uint32_t control = Memory::Read32(gic.cpu_interface);
    Memory::Write32(gic.cpu_interface, control | kSplitEnd);
  }

  GicV2(const Physical& gic, std::span<const vgic::GuestCpu> cpus)
      : gic_(gic), cpus_(cpus), distributor_(gic.distributor, kOwners, kGuest, cpus_, kPrivate) {
    distributor_.Reset();
  }

  Interface interface() const { return Interface(gic_.virtual_control, gic_.cpu_interface); }

  std::array<vcpu::MmioRange, 1> devices() {
    return {vcpu::MmioRange::Of(gic_.distributor, kPage, *this)};
  }
  std::array<Region, 5> HolesBeside(Region image) const {
    return {image,
            {gic_.distributor, kPage},
            {gic_.cpu_interface, 2 * kPage},
            {gic_.virtual_control, kPage},
            {gic_.virtual_cpu_interface, 2 * kPage}};
  }
  bool MapMore(vcpu::GuestMemory& memory) const {
    return memory.Map(gic_.cpu_interface, gic_.virtual_cpu_interface, kPage,
                      {.type = vcpu::MemoryType::kDevice}) == trivet::Status::kOk;
  }

  std::uint64_t Read(vgic::RegisterAccess access) const {
    return distributor_.Read(access, platforms::ThisCpuIndex());
  }
  void Write(vgic::RegisterAccess access, std::uint64_t value) {
    if (access.offset != kSgir) return distributor_.Write(access, value);
    const auto sgi =
        vgic::TargetsOfSgir(static_cast<std::uint32_t>(value), cpus_, platforms::ThisCpuIndex());
    const std::uint32_t targets = cpus_.InterfacesOf(static_cast<std::uint8_t>(sgi.cpus));
    hal::Cpu::Dsb<hal::Domain::kInnerShareable>();  // What it announces is seen first.
    Memory::Write32(gic_.distributor + kSgir, targets << 16 | sgi.intid);
  }

  /// Bit 0 of GICV_CTLR, which a kernel takes for the only enable, enables Group 0; without FIQEn
  /// that arrives as IRQ. [gic2] GICV_CTLR.
  vgic::Interrupt Describe(vgic::Interrupt interrupt, unsigned) const {
    return interrupt.priority(distributor_.PriorityOf(interrupt.intid() & 0x3ff)).group0();
  }

 private:
  using Memory = vgic::PhysicalGic;
  static constexpr std::uint64_t kPage = 4096;
  static constexpr std::uint32_t kSgir = 0xf00;
  static constexpr std::uint32_t kSplitEnd = 1u << 9;  // GICC_CTLR.EOImode

  const Physical& gic_;
  const vgic::GuestCpus cpus_;
  vgic::GuestDistributorV2<Memory> distributor_;
};

}  // namespace hv
