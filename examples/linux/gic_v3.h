#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "gic.h"
#include "guest_memory.h"
#include "platforms/devices/gic_v3.h"
#include "vcpu/mmio.h"
#include "vgic/distributor/gic_v3.h"
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
  bool MapGuest(Region hidden) {
    const auto [gicd, gicr] = devices();
    const Region holes[] = {hidden, {gicd.base, gicd.size}, {gicr.base, gicr.size}};
    return hv::MapGuest(holes);
  }

  /// An interrupt that CPU `self` acknowledged, as the guest's.
  vgic::Interrupt Take(std::uint32_t intid, unsigned self) const {
    const bool is_private = intid < vgic::kPrivateIntids;
    const std::uintptr_t frame =
        is_private ? cpus_[self].redistributor + platforms::Redistributors::kFrame
                   : gic_.distributor;
    if (intid >= vgic::kSgis) {
      Interface::DropPriority(intid);
      return vgic::Interrupt::Hardware(intid, intid).priority(PriorityIn(frame, intid));
    }
    Interface::End(intid);
    return vgic::Interrupt::Edge(intid).priority(PriorityIn(frame, intid));
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
  vgic::GuestRedistributors<vgic::PhysicalGic> redistributors_{cpus_, ~kOfEl2};
};

}  // namespace hv
