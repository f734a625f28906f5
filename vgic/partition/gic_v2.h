// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "platforms/devices/gic_v2.h"
#include "vcpu/mmio.h"
#include "vcpu/stage2/guest_memory.h"
#include "vgic/distributor/gic_v2.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/distributor/sgi.h"
#include "vgic/gic_v2_interface.h"
#include "vgic/hand_back.h"
#include "vgic/partition/gic_partition.h"
#include "vgic/partition/refusal.h"
#include "vgic/pass_through.h"

namespace trivet::vgic {

/// One guest's part of the machine's GICv2: where it expects GICC it finds GICV, its Distributor is
/// its part of the physical one. Calls as GuestGicV3's. [gic2] chapter 4: offsets.
template <GicMemory M = PhysicalGic>
class GuestGicV2 {
 public:
  using Physical = platforms::GicV2;
  using Interface = GicV2Interface<>;

  /// As GuestGicV3's. A CPU reads its own number from the targets of its SGIs.
  static GuestCpu PrepareCpu(const Physical& gic) {
    const std::uint32_t number = M::Read32(gic.distributor + gic::kItargetsr) & 0xff;
    M::Write32(gic.cpu_interface, M::Read32(gic.cpu_interface) | kSplitEnd);
    M::Write32(gic.distributor + gic::kIsenabler, 1u << kEl2Timer);
    StartTimer();
    const std::uint64_t affinity = hal::Cpu::CurrentCpu().affinity;
    return {.guest_affinity = affinity, .affinity = affinity, .interface = LowestIn(number)};
  }

  GuestGicV2(const Physical& gic, GicPartition& partition, GuestNumber guest,
             std::span<const GuestCpu> cpus)
      : gic_(gic),
        partition_(partition),
        guest_(guest),
        cpus_(cpus),
        distributor_(gic.distributor, partition.owners, guest, cpus_, kGuestPrivate) {
    distributor_.Reset();
  }

  Interface interface() const { return Interface(gic_.virtual_control, gic_.cpu_interface); }

  vgic::Holes Holes() const {
    vgic::Holes holes;
    holes.Add({gic_.distributor, kPage});
    holes.Add({gic_.cpu_interface, 2 * kPage});
    holes.Add({gic_.virtual_control, kPage});
    holes.Add({gic_.virtual_cpu_interface, 2 * kPage});
    return holes;
  }
  Status MapInterface(vcpu::GuestMemory& memory) const {
    return memory.Map(gic_.cpu_interface, gic_.virtual_cpu_interface, kPage,
                      {.type = vcpu::MemoryType::kDevice});
  }

  bool Serve(const vcpu::Exit& exit, vectors::GuestFrame& frame, unsigned self) {
    const auto access = vcpu::Access::Of(exit);
    if (!access) return false;
    OfVcpu device{*this, self};
    const auto range = vcpu::MmioRange::Of(gic_.distributor, kPage, device);
    const GicAccess one_at_a_time(partition_);
    return vcpu::ServeMmio({&range, 1}, *access, frame);
  }

  Refusal RefusalOf(const vcpu::Exit& exit, const vectors::GuestFrame& frame) const {
    const auto access = vcpu::Access::Of(exit);
    if (!access || !access->is_write || access->address - gic_.distributor >= kPage) return {};
    const auto offset = static_cast<std::uint32_t>(access->address - gic_.distributor);
    const auto value = static_cast<std::uint32_t>(vcpu::StoredValue(*access, frame));
    if (offset == kSgir) return RefusedSgir(value, cpus_);
    return RefusedSpi(partition_.owners, guest_, {offset, access->bytes}, value);
  }

  /// Bit 0 of GICV_CTLR, which a kernel takes for the only enable, enables Group 0; without FIQEn
  /// that arrives as IRQ. [gic2] GICV_CTLR.
  template <class Manager>
  Status TakeInterrupts(Manager& manager, unsigned) const {
    const OwnTimer physical{interface()};
    return vgic::TakeInterrupts(physical, manager, kMaintenance, [&](Interrupt interrupt) {
      const std::uint8_t priority = distributor_.PriorityOf(interrupt.intid() & kIntid);
      return WithGuestsSender(interrupt).priority(priority).group0();
    });
  }

  /// As GuestGicV3's, without LPIs.
  template <class Manager>
  Status Stop(Manager& manager, unsigned) {
    const GicAccess one_at_a_time(partition_);
    ReturnEdges(manager, distributor_);
    manager.Reset();
    return Status::kOk;
  }
  template <class Manager>
  bool CanHandBack(const Manager& manager) const {
    return !manager.HasActivePriority();
  }

  /// As GuestGicV3's, also on a CPU whose vCPU is off: interrupts are in Group 0 again, where the
  /// guest had them and where a kernel that knows of no groups expects them. With security
  /// extensions EL2 sees no groups, and these writes are ignored. [gic2] GICD_IGROUPR<n>.
  template <class Manager>
  void HandBack(Manager& manager, unsigned) const {
    hal::Cpu::Write<hal::CnthpCtlEl2>(hal::CnthpCtlEl2());
    M::Write32(gic_.distributor + gic::kIcenabler, 1u << kEl2Timer);
    for (unsigned word = 0; word < GuestDistributorV2<M>::kWords; ++word) {
      M::Write32(gic_.distributor + gic::kIgroupr + word * 4, 0);
    }
    vgic::HandBack(interface(), manager, Native{gic_.distributor, cpus_});
  }

  /// An SGI with the guest's number of the CPU that sent it.
  Interrupt WithGuestsSender(Interrupt interrupt) const {
    const std::uint32_t intid = interrupt.intid() & kIntid;
    if (intid >= kSgis) return interrupt;
    const unsigned sender = interrupt.intid() >> Interrupt::kSenderShift;
    return Interrupt::SgiFrom(intid,
                              LowestIn(cpus_.GuestMaskOf(static_cast<std::uint8_t>(1u << sender))));
  }

 private:
  /// QEMU 11.1 does not signal an interrupt that is pending again when the guest ends it, until the
  /// GIC is accessed: docs/caveats.md. So EL2's timer interrupts each CPU 100 times a second.
  static void StartTimer() {
    const std::uint64_t period = hal::Cpu::Read<hal::CntfrqEl0>().raw() / 100;
    hal::Cpu::Write<hal::CnthpTvalEl2>(hal::CnthpTvalEl2::FromRaw(period));
    hal::Cpu::Write<hal::CnthpCtlEl2>(hal::CnthpCtlEl2().enable(true));
    hal::Cpu::Isb();
  }
  struct OwnTimer : Interface {
    std::uint32_t Acknowledge() const {
      for (;;) {
        const std::uint32_t acknowledged = Interface::Acknowledge();
        if (acknowledged != kEl2Timer) return acknowledged;
        StartTimer();
        Interface::End(acknowledged);
      }
    }
  };
  /// The physical state of this CPU's interrupts. Of an SGI bits 12:10 are its sender, by the
  /// guest's number. [gic2] GICD_SPENDSGIR<n>.
  struct Native {
    std::uintptr_t distributor;
    const GuestCpus& cpus;

    void SetPending(std::uint32_t intid) const {
      const std::uint32_t sgi = intid & kIntid, sender = intid >> Interrupt::kSenderShift;
      if (sgi >= kSgis) return Set(gic::kIspendr, intid);
      const std::uint8_t from = cpus.InterfacesOf(static_cast<std::uint8_t>(1u << sender));
      M::Write8(distributor + kSpendsgir + sgi, from);
    }
    void SetActive(std::uint32_t intid) const { Set(gic::kIsactiver, intid & kIntid); }

   private:
    void Set(std::uintptr_t group, std::uint32_t intid) const {
      M::Write32(distributor + group + intid / 32 * 4, 1u << intid % 32);
    }
  };
  /// The registers that a vCPU accesses.
  struct OfVcpu {
    GuestGicV2& gic;
    unsigned self;
    std::uint64_t Read(RegisterAccess access) const { return gic.distributor_.Read(access, self); }
    void Write(RegisterAccess access, std::uint64_t value) {
      if (access.offset != kSgir) return gic.distributor_.Write(access, value);
      gic.SendSgi(static_cast<std::uint32_t>(value), self);
    }
  };
  void SendSgi(std::uint32_t value, unsigned self) const {
    const SgiTargets sgi = TargetsOfSgir(value, cpus_, self);
    const std::uint32_t targets = cpus_.InterfacesOf(static_cast<std::uint8_t>(sgi.cpus));
    hal::Cpu::Dsb<hal::Domain::kInnerShareable>();  // What it announces is seen first.
    M::Write32(gic_.distributor + kSgir, targets << 16 | sgi.intid);
  }
  static std::uint8_t LowestIn(std::uint32_t mask) {
    return static_cast<std::uint8_t>(mask == 0 ? 0 : __builtin_ctz(mask));
  }

  static constexpr std::uint64_t kPage = 4096;
  static constexpr std::uint32_t kSgir = 0xf00, kSpendsgir = 0xf20, kIntid = 0x3ff;
  static constexpr std::uint32_t kSplitEnd = 1u << 9;  // GICC_CTLR.EOImode

  const Physical& gic_;
  GicPartition& partition_;
  const GuestNumber guest_;
  const GuestCpus cpus_;
  GuestDistributorV2<M> distributor_;
};

}  // namespace trivet::vgic
