// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "tests/vgic/guest_program.h"
#include "tests/vgic/physical.h"
#include "tests/vgic/reference_gic.h"
#include "tests/vgic/walk_events.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/syndrome.h"
#include "vgic/switched.h"

namespace trivet::tests {

inline constexpr unsigned kWalkSources = 6;
inline constexpr std::array<vgic::Source, kWalkSources> kWalk = {
    {{1, vgic::Kind::kEdge, 0x80},
     {33, vgic::Kind::kLevel, 0x40},
     {190, vgic::Kind::kHardware, 0x60},
     {35, vgic::Kind::kEdge, 0x20, 0},
     {191, vgic::Kind::kHardware, 0x90},
     {37, vgic::Kind::kLevel, 0xa0}}};

/// A guest with a manager on this machine's list registers, beside the GIC that it imitates: after
/// EnablePhysical().
/// `Gic` says how the guest reaches its CPU interface, and the host the physical one.
template <class Gic>
class Walk {
 public:
  using Manager = vgic::VirtualCpuInterface<typename Gic::Interface, kWalkSources, 1>;

  Walk(const typename Gic::Interface& interface, unsigned list_registers, bool split_end)
      : code_(PlaceInterfaceGuest()),
        physical_(interface),
        manager_(physical_),
        switched_(manager_),
        vcpu_(MakeConfig()),
        reference_(kWalk) {
    for (unsigned n = 0; n < physical_.Query()->list_registers; ++n) {
      physical_.WriteListRegister(n, HostValue(n));
    }
    ok_ = manager_.Create(list_registers) == Status::kOk;
    ok_ = ok_ && cpu_.Create(hal::Cpu::CurrentCpu()) == Status::kOk;
    ok_ = ok_ && cpu_.HardwareEnable() == Status::kOk;
    reference_.state().split_end = split_end;
    if (ok_) Gic::Open(*this, split_end);
  }
  /// Half of the walks end by a panic, which the host survives.
  ~Walk() {
    if (reference_.state().split_end) {
      (void)Guest(GuestOp::kNothing);  // Loaded.
      cpu_.Panic();
    } else {
      manager_.Reset();
      EXPECT_EQ(vcpu_.Unload(cpu_), Status::kOk);
      EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
    }
    for (const unsigned spi : kUnusedSpis) EXPECT_FALSE(IsPhysicalActive(spi)) << spi;
    for (unsigned n = 0; n < physical_.Query()->list_registers; ++n) {
      EXPECT_EQ(physical_.ReadListRegister(n), HostValue(n)) << n;
      physical_.WriteListRegister(n, {});
    }
    EXPECT_EQ(physical_.ReadHcr(), hal::IchHcrEl2());
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  Manager& manager() { return manager_; }
  bool ok() const { return ok_; }
  std::uint64_t maintenance() const { return maintenance_; }
  std::uint64_t acknowledged() const { return acknowledged_; }

  /// Makes random steps until `events` of them were made or one went wrong.
  void Run(unsigned events, std::uint64_t seed) {
    random_ = seed;
    for (unsigned n = 0; n < events && ok_; ++n) {
      Step(static_cast<unsigned>(Random() % 16), static_cast<unsigned>(Random() % kWalkSources));
    }
  }

  /// Lets the guest make one access; x0 afterwards.
  std::uint64_t Guest(GuestOp op, std::uint64_t x0 = 0, std::uint64_t x1 = 0) {
    vectors::GuestFrame& frame = vcpu_.frame();
    frame.x[0] = x0;
    frame.x[1] = x1;
    frame.pc = code_.entry() + kGuestOpSize * static_cast<unsigned>(op);
    for (unsigned runs = 0; ok_ && !RunOnce(); ++runs) {
      if (runs == kMostRuns) Fail("interrupts storm");
    }
    return frame.x[0];
  }

 private:
  static constexpr unsigned kMostRuns = 8;  // For one access of the guest.

  /// What the host has in its list registers: interrupts that ended.
  static vgic::ListRegister HostValue(unsigned n) { return vgic::Interrupt::Edge(40 + n).value(); }

  std::uint64_t Random() {
    random_ ^= random_ << 13;
    random_ ^= random_ >> 7;
    random_ ^= random_ << 17;
    return random_ >> 11;
  }

  void Step(unsigned kind, unsigned i) {
    switch (kind) {
      case 0:
      case 1:
      case 2:
      case 3: return Inject(i);
      case 4: return Retract(i);
      case 5: EXPECT_EQ(vcpu_.Unload(cpu_), Status::kOk); return;
      case 6:  // QEMU 11 reports VGrp0D by VENG1, and GICV_IAR is blind to the enables.
        if (Gic::Interface::kBySystemRegisters) ToggleGroup(1);
        return;
      case 7:
      case 8:
      case 9:
      case 10: return Acknowledge();
      case 11:
      case 12: return Deactivate(i);
      default: return End();
    }
  }
  void Inject(unsigned i) {
    const vgic::Source& source = reference_.source(i);
    auto interrupt = vgic::Interrupt::Edge(source.intid);
    if (source.kind == vgic::Kind::kLevel) interrupt = vgic::Interrupt::Level(source.intid);
    if (source.kind == vgic::Kind::kHardware) {
      if (IsPhysicalActive(source.intid)) return;
      interrupt = vgic::Interrupt::Hardware(source.intid, source.intid);
      RaisePhysical(source.intid);
      if (physical_.Acknowledge() != source.intid) Fail("the physical interrupt does not come");
      physical_.DropPriority(source.intid);
      EXPECT_TRUE(IsPhysicalActive(source.intid));
    }
    interrupt = interrupt.priority(source.priority);
    if (source.group == 0) interrupt = interrupt.group0();
    EXPECT_EQ(manager_.Inject(interrupt), Status::kOk);
    reference_.Inject(i);
  }
  void Retract(unsigned i) {
    EXPECT_EQ(manager_.Retract(reference_.source(i).intid), Status::kOk);
    reference_.Retract(i);
  }
  void ToggleGroup(unsigned group) {
    bool& enabled = reference_.state().enabled[group];
    enabled = !enabled;
    Gic::EnableGroups(*this, reference_.state().enabled, reference_.state().split_end, group);
  }
  /// The guest reads the IAR of the group that is signalled, or of any.
  void Acknowledge() {
    unsigned group = 1;
    for (unsigned i = 0; i < kWalkSources; ++i) {
      if (reference_.MayAcknowledge(i)) group = reference_.source(i).group;
    }
    (void)Guest(GuestOp::kNothing);  // What a maintenance interrupt changes, it has.
    const std::uint64_t intid = Gic::Acknowledge(*this, group);
    for (unsigned i = 0; i < kWalkSources; ++i) {
      if (reference_.source(i).intid != intid) continue;
      if (!reference_.MayAcknowledge(i)) Fail("an interrupt comes out of turn");
      reference_.Acknowledge(i);
      ++acknowledged_;
      return;
    }
    if (intid != 1023) Fail("no interrupt of the guest's");
    if (reference_.Signalled()) Fail("an interrupt is lost");
  }
  void End() {
    const auto last = reference_.Last();
    if (!last) return;
    reference_.Drop();
    const vgic::Source& source = reference_.source(*last);
    Gic::End(*this, source.group, source.intid);
    CheckHardware();
  }
  void Deactivate(unsigned i) {
    if (!reference_.state().split_end || !reference_.IsDropped(i)) return;
    reference_.Deactivate(i);
    Gic::Deactivate(*this, reference_.source(i).intid);
    CheckHardware();
  }
  /// What the guest deactivated is no longer active.
  void CheckHardware() {
    (void)Guest(GuestOp::kNothing);
    for (unsigned i = 0; i < kWalkSources; ++i) {
      if (reference_.source(i).kind != vgic::Kind::kHardware) continue;
      if (IsPhysicalActive(reference_.source(i).intid) != reference_.HoldsHardware(i)) {
        Fail("a physical interrupt is not as active as the guest's");
      }
    }
  }

  vcpu::Config MakeConfig() {
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    (void)code_.Map(stage2_);
    Gic::MapInterface(stage2_);
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = code_.entry(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, 5),
            .interrupts = &switched_};
  }

  /// True at the guest's HVC.
  bool RunOnce() {
    const Result<vcpu::Exit> exit = vgic::Run(vcpu_, manager_, cpu_);
    if (!exit) return Fail("a run fails");
    switch (exit->reason) {
      case vcpu::ExitReason::kHypercall: return true;
      case vcpu::ExitReason::kIrq: TakeInterrupt(); return false;
      case vcpu::ExitReason::kSystemRegister: Trap(*exit); return false;
      default: return Fail("an exit of another kind");
    }
  }
  void TakeInterrupt() {
    const std::uint32_t intid = physical_.Acknowledge();
    if (intid == 1023) return;  // Under a VHE host it was served when the run ended.
    if (intid != kMaintenance) {
      Fail("not the maintenance interrupt");
      return;
    }
    ++maintenance_;
    manager_.ServeMaintenance();
    physical_.End(intid);
  }
  void Trap(const vcpu::Exit& exit) {
    const auto trap = exit.syndrome.system_register();
    if (trap.is_read || trap.encoding != hal::kInfo<hal::IccDirEl1>.encoding) {
      Fail("a trap that is no deactivation");
      return;
    }
    manager_.Deactivate(static_cast<std::uint32_t>(vcpu_.frame().x[trap.rt]));
    vcpu_.SkipInstruction(exit);
  }
  bool Fail(const char* what) {
    ADD_FAILURE() << what;
    ok_ = false;
    return true;
  }

  GuestCode code_;
  const typename Gic::Interface physical_;
  static inline constinit vcpu::BlockStage2 stage2_;
  percpu::PerCpu<TestHost> cpu_;
  Manager manager_;
  vgic::Switched<Manager> switched_;
  vcpu::Vcpu vcpu_;
  vgic::ReferenceGic<kWalkSources> reference_;
  bool ok_ = false;
  std::uint64_t random_ = 1, maintenance_ = 0, acknowledged_ = 0;
};

/// Every interrupt of a long random walk arrives once and ends, with few maintenance interrupts.
template <class Gic>
void ExpectNothingLost(const typename Gic::Interface& interface, unsigned list_registers,
                       bool split_end) {
  Walk<Gic> walk(interface, list_registers, split_end);
  ASSERT_TRUE(walk.ok());
  walk.Run(kWalkEvents, 0x9e37'79b9'7f4a'7c15 + list_registers);
  EXPECT_TRUE(walk.ok());
  EXPECT_GT(walk.acknowledged(), kWalkEvents / 20);
  EXPECT_LE(walk.maintenance(), 4 * walk.acknowledged());
}

}  // namespace trivet::tests
