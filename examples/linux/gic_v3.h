#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gic.h"
#include "platforms/devices/gic_v3.h"
#include "vcpu/mmio.h"
#include "vcpu/stage2/guest_memory.h"
#include "vgic/distributor/gic_v3.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/distributor/redistributor.h"
#include "vgic/distributor/sgi.h"
#include "vgic/gic_v3_interface.h"

namespace hv {

/// The guest's GICv3: its CPU interface is virtual, its Distributor and Redistributors are its part
/// of the physical ones. SGIs are sent as physical SGIs of the same number.
class GicV3 {
 public:
  using Physical = platforms::GicV3;
  using Interface = vgic::GicV3Interface;

  /// On each CPU, before the guest runs. Interrupts end by priority drop: what the guest ends is
  /// deactivated by its list register.
  static void StartCpu(const Physical& gic, vgic::GuestCpu& cpu) {
    cpu.redistributor = gic.FrameOfThisCpu();
    hal::Cpu::Write<hal::IccCtlrEl1>(hal::Cpu::Read<hal::IccCtlrEl1>().eoimode(true));
    hal::Cpu::Isb();
  }

  GicV3(const Physical& gic, std::span<const vgic::GuestCpu> cpus)
      : gic_(gic), cpus_(cpus), distributor_(gic.distributor, kOwners, kGuest, cpus_) {
    distributor_.Reset();
  }

  static Interface interface() { return {}; }

  /// The emulated registers, which trap.
  std::array<vcpu::MmioRange, 2> devices() {
    const auto& frames = gic_.redistributors.regions.all()[0];
    return {vcpu::MmioRange::Of(gic_.distributor, 0x1'0000, distributor_),
            vcpu::MmioRange::Of(frames.base, frames.size, redistributors_)};
  }
  /// What the guest's memory does not have; MapMore() is for what it has there instead.
  std::array<Region, 3> HolesBeside(Region image) {
    const auto [gicd, gicr] = devices();
    return {image, {gicd.base, gicd.size}, {gicr.base, gicr.size}};
  }
  static bool MapMore(vcpu::GuestMemory&) { return true; }

  /// An interrupt of CPU `self` as the guest is to see it.
  vgic::Interrupt Describe(vgic::Interrupt interrupt, unsigned self) const {
    const std::uint32_t intid = interrupt.intid();
    return interrupt.priority(intid < vgic::kPrivateIntids ? redistributors_.PriorityOf(self, intid)
                                                           : distributor_.PriorityOf(intid));
  }

  /// A trapped write of ICC_SGI1R_EL1.
  void SendSgi(std::uint64_t value, unsigned self) const {
    const auto sgi = vgic::TargetsOf(hal::IccSgi1rEl1::FromRaw(value), cpus_, self);
    for (unsigned i = 0; i < cpus_.size(); ++i) {
      if ((sgi.cpus >> i & 1) != 0) Interface::Kick({.affinity = cpus_[i].affinity}, sgi.intid);
    }
  }

 private:
  const Physical& gic_;
  const vgic::GuestCpus cpus_;
  vgic::GuestDistributorV3<vgic::PhysicalGic> distributor_;
  vgic::GuestRedistributors<vgic::PhysicalGic> redistributors_{cpus_, kPrivate};
};

}  // namespace hv
