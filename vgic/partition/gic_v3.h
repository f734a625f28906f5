// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "platforms/devices/gic_v3.h"
#include "vcpu/mmio.h"
#include "vcpu/stage2/guest_memory.h"
#include "vgic/distributor/gic_v3.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/distributor/redistributor.h"
#include "vgic/distributor/sgi.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/hand_back.h"
#include "vgic/partition/gic_partition.h"
#include "vgic/partition/refusal.h"
#include "vgic/pass_through.h"

namespace trivet::vgic {

/// One guest's part of the machine's GICv3: its CPU interface is virtual, its Distributor and
/// Redistributors are its part of the physical ones. SGIs are sent as physical SGIs of the same
/// number. Calls are at EL2, interrupts masked; `self` is the vCPU of the CPU that calls.
template <GicMemory M = PhysicalGic>
class GuestGicV3 {
 public:
  using Physical = platforms::GicV3;
  using Interface = GicV3Interface;

  /// Prepares the CPU that calls, before a guest runs there: interrupts end by priority drop, and
  /// what the guest ends is deactivated by its list register. The guest has the CPU by its own
  /// name.
  static GuestCpu PrepareCpu(const Physical& gic) {
    hal::Cpu::Write<hal::IccCtlrEl1>(hal::Cpu::Read<hal::IccCtlrEl1>().eoimode(true));
    hal::Cpu::Isb();
    const std::uint64_t affinity = hal::Cpu::CurrentCpu().affinity;
    return {
        .guest_affinity = affinity, .affinity = affinity, .redistributor = gic.FrameOfThisCpu()};
  }

  /// `gic`, `partition` and `cpus` outlive it. The guest's SPIs are disabled.
  GuestGicV3(const Physical& gic, GicPartition& partition, GuestNumber guest,
             std::span<const GuestCpu> cpus)
      : gic_(gic),
        partition_(partition),
        guest_(guest),
        cpus_(cpus),
        distributor_(gic.distributor, partition.owners, guest, cpus_),
        redistributors_(cpus_, kGuestPrivate, partition.owners.HasLpis(guest)) {
    distributor_.Reset();
  }

  static Interface interface() { return {}; }

  /// Addresses that are not to be the guest's memory: its accesses of them are exits for Serve(),
  /// or of what no guest has.
  vgic::Holes Holes() const {
    vgic::Holes holes;
    holes.Add({gic_.distributor, kDistributorSize});
    for (const auto& region : gic_.redistributors.regions.all()) {
      holes.Add({region.base, region.size});
    }
    return holes;
  }
  /// Maps what the guest finds at such addresses: nothing.
  static Status MapInterface(vcpu::GuestMemory&) { return Status::kOk; }

  /// Answers the exit if it is an access of this GIC, and completes it in `frame`. False, and
  /// nothing done: it is another exit.
  bool Serve(const vcpu::Exit& exit, vectors::GuestFrame& frame, unsigned self) {
    if (exit.reason == vcpu::ExitReason::kSystemRegister) return ServeRegister(exit, frame, self);
    const auto access = vcpu::Access::Of(exit);
    if (!access) return false;
    const auto& frames = gic_.redistributors.regions.all()[0];
    const std::array devices = {
        vcpu::MmioRange::Of(gic_.distributor, kDistributorSize, distributor_),
        vcpu::MmioRange::Of(frames.base, frames.size, redistributors_)};
    const GicAccess one_at_a_time(partition_);
    return vcpu::ServeMmio(devices, *access, frame);
  }

  /// What the exit requests that is not this guest's; Serve() does nothing about it.
  Refusal RefusalOf(const vcpu::Exit& exit, const vectors::GuestFrame& frame) const {
    if (exit.reason == vcpu::ExitReason::kSystemRegister) {
      const auto trap = exit.syndrome.system_register();
      if (!IsSgi(trap)) return {};
      return RefusedSgi(hal::IccSgi1rEl1::FromRaw(vcpu::ValueOf(trap.rt, frame)), cpus_);
    }
    const auto access = vcpu::Access::Of(exit);
    if (!access || !access->is_write) return {};
    const auto& frames = gic_.redistributors.regions.all()[0];
    const std::uint64_t place = access->address - frames.base;
    if (place < frames.size && place / redistributors_.kSize >= cpus_.size()) {
      return {Refusal::Kind::kRedistributor, access->address};
    }
    if (access->address - gic_.distributor >= kDistributorSize) return {};
    const auto offset = static_cast<std::uint32_t>(access->address - gic_.distributor);
    return RefusedSpi(partition_.owners, guest_, {offset, access->bytes},
                      static_cast<std::uint32_t>(vcpu::StoredValue(*access, frame)));
  }

  /// Gives the interrupts of this CPU to its vCPU, after an exit by IRQ. As vgic::TakeInterrupts().
  template <class Manager>
  Status TakeInterrupts(Manager& manager, unsigned self) const {
    if (HasLeftLpis()) {
      if (const Status status = TakeLpis(manager); status != Status::kOk) return status;
    }
    return vgic::TakeInterrupts(interface(), manager, kMaintenance, [&](Interrupt interrupt) {
      const std::uint32_t intid = interrupt.intid();
      if (intid >= kFirstLpi) return interrupt;
      return interrupt.priority(intid < kPrivateIntids ? redistributors_.PriorityOf(self, intid)
                                                       : distributor_.PriorityOf(intid));
    });
  }

  /// Ends what `manager` has, whose vCPU stopped and is unloaded: an edge that the guest did not
  /// take is pending again, for the CPU that it goes to by now; an LPI is for the next of the
  /// guest's other CPUs that takes interrupts, to which it is announced by SGI `announce`. Errors:
  /// kNoRoom, and an LPI is lost.
  template <class Manager>
  Status Stop(Manager& manager, unsigned self, unsigned announce = 0) {
    Status status = Status::kOk;
    {
      const GicAccess one_at_a_time(partition_);
      ReturnEdges(manager, distributor_);
      manager.ForEach([&](ListRegister value) {
        if (!IsPending(value) || value.vintid() < kFirstLpi) return;
        if (!partition_.lpis.Add(value)) status = Status::kNoRoom;
        partition_.has_lpis = true;
      });
      manager.Reset();
    }
    for (unsigned i = 0; HasLeftLpis() && i < cpus_.size(); ++i) {
      if (i != self) Interface::Kick({.affinity = cpus_[i].affinity}, announce);
    }
    return status;
  }

  /// Whether HandBack() can be called once the vCPU has left: false while it handles an interrupt,
  /// or has an LPI, which only an ITS can make pending at the machine's GIC.
  template <class Manager>
  bool CanHandBack(Manager& manager) const {
    bool has_lpi = HasLeftLpis();
    manager.ForEach([&](ListRegister value) { has_lpi |= value.vintid() >= kFirstLpi; });
    return !has_lpi && !manager.HasActivePriority();
  }

  /// Gives the interrupts and the interface of this CPU to what was its vCPU, which has all of the
  /// machine. As vgic::HandBack().
  template <class Manager>
  void HandBack(Manager& manager, unsigned self) const {
    vgic::HandBack(interface(), manager, Native{gic_.distributor, cpus_[self].redistributor});
  }

 private:
  static constexpr std::uint64_t kDistributorSize = 0x1'0000;

  /// The physical state of this CPU's interrupts.
  struct Native {
    std::uintptr_t distributor, redistributor;
    void SetPending(std::uint32_t intid) const { Set(gic::kIspendr, intid); }
    void SetActive(std::uint32_t intid) const { Set(gic::kIsactiver, intid); }

   private:
    void Set(std::uintptr_t group, std::uint32_t intid) const {
      const bool is_private = intid < kPrivateIntids;
      const std::uintptr_t frame =
          is_private ? redistributor + platforms::Redistributors::kFrame : distributor;
      M::Write32(frame + group + intid / 32 * 4, 1u << intid % 32);
    }
  };

  /// Whether a stopped vCPU of this guest left some.
  bool HasLeftLpis() const { return partition_.owners.HasLpis(guest_) && partition_.has_lpis; }
  template <class Manager>
  Status TakeLpis(Manager& manager) const {
    const GicAccess one_at_a_time(partition_);
    Status status = Status::kOk;
    for (const ListRegister lpi : partition_.lpis.all()) {
      if (status == Status::kOk) status = manager.Inject(Interrupt::Of(lpi));
    }
    partition_.lpis = {};
    partition_.has_lpis = false;
    return status;
  }

  template <class Trap>
  static bool IsSgi(const Trap& trap) {
    return !trap.is_read && trap.encoding == hal::kInfo<hal::IccSgi1rEl1>.encoding;
  }
  bool ServeRegister(const vcpu::Exit& exit, vectors::GuestFrame& frame, unsigned self) const {
    const auto trap = exit.syndrome.system_register();
    if (!IsSgi(trap)) return false;
    SendSgi(hal::IccSgi1rEl1::FromRaw(vcpu::ValueOf(trap.rt, frame)), self);
    frame.pc += 4;
    return true;
  }
  void SendSgi(hal::IccSgi1rEl1 value, unsigned self) const {
    const SgiTargets sgi = TargetsOf(value, cpus_, self);
    for (unsigned i = 0; i < cpus_.size(); ++i) {
      if ((sgi.cpus >> i & 1) != 0) Interface::Kick({.affinity = cpus_[i].affinity}, sgi.intid);
    }
  }

  const Physical& gic_;
  GicPartition& partition_;
  const GuestNumber guest_;
  const GuestCpus cpus_;
  GuestDistributorV3<M> distributor_;
  GuestRedistributors<M> redistributors_;
};

}  // namespace trivet::vgic
