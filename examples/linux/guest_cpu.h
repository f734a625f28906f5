#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "gic.h"
#include "hal/guest_view.h"
#include "host.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/firmware.h"
#include "platforms/runtime/power.h"
#include "vcpu/inject.h"
#include "vcpu/mmio.h"
#include "vcpu/psci/guest_psci.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/vcpu.h"
#include "vgic/pass_through.h"
#include "vgic/switched.h"
#include "vgic/virtual_cpu_interface.h"

namespace hv {

using Psci = vcpu::GuestPsci<platforms::kMaxCpus>;

/// The guest as all of its CPUs see it.
template <class Gic>
struct Guest {
  vcpu::GuestMemory memory;
  std::optional<Gic> gic;
  Psci psci;
  std::atomic_flag gic_busy;  ///< An access of its emulated registers is being answered.
};

/// One CPU of the guest, on the CPU of the same number: from CPU_ON to CPU_OFF, again and again.
template <class Gic>
class GuestCpu {
 public:
  /// On that CPU, at EL2. `first`: of vCPU 0, which is on from the start.
  [[noreturn]] void Serve(Guest<Gic>& guest, unsigned self, std::optional<Psci::Entry> first = {}) {
    guest_ = &guest;
    self_ = self;
    Check(cpu_.Create(hal::Cpu::CurrentCpu()), "create");
    Check(cpu_.HardwareEnable(), "enable");
    manager_.emplace(guest.gic->interface());
    Check(manager_->Create(), "list registers");
    switched_.emplace(*manager_);
    for (;; first.reset()) {
      Run(first ? *first : WaitForStart());
      Check(vcpu_->Unload(cpu_), "unload");
      manager_->Reset();
      guest_->psci.Stopped(self_);
    }
  }

 private:
  using Interface = typename Gic::Interface;
  using Manager = vgic::VirtualCpuInterface<Interface, 64>;
  using Exit = vcpu::Exit;
  using Reason = vcpu::ExitReason;

  Psci::Entry WaitForStart() {
    while (guest_->psci.StateOf(self_) != vcpu::psci::CpuState::kOnPending) asm volatile("wfe");
    return guest_->psci.Started(self_);
  }

  /// Runs the guest until it turns this CPU off.
  void Run(Psci::Entry start) {
    // A guest with GCS cannot be given an exception. vcpu/inject.h
    const auto features = hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>());
    vcpu_.emplace(vcpu::Config{.entry = start.address,
                               .argument = start.context,
                               .vtcr = guest_->memory.vtcr(),
                               .vttbr = guest_->memory.vttbr(),
                               .open = hal::CapabilitiesOf(features).Without(hal::Capability::kGcs),
                               .sve = sve_,
                               .sme = sme_,
                               .mpidr = hal::Cpu::Read<hal::MpidrEl1>(),
                               .interrupts = &*switched_});
    for (;;) {
      const auto exit = vgic::Run(*vcpu_, *manager_, cpu_);
      if (!exit) Check(exit.error(), "run");
      if (!Serve(*exit)) return;
    }
  }

  /// False: the guest turned this CPU off.
  bool Serve(const Exit& exit) {
    switch (exit.reason) {
      case Reason::kIrq: return TakeInterrupts(), true;
      case Reason::kSecureMonitorCall:
      case Reason::kHypercall: return ServeCall(exit);
      case Reason::kDataAbort:
      case Reason::kInstructionAbort: return ServeAbort(exit), true;
      case Reason::kSystemRegister: return ServeRegister(exit), true;
      case Reason::kOther: return Inject(vcpu::GuestException::Undefined()), true;
      default: Stop("an exit that is not served", exit.syndrome.raw(), vcpu_->frame().pc);
    }
  }

  void TakeInterrupts() {
    const auto describe = [&](vgic::Interrupt it) { return guest_->gic->Describe(it, self_); };
    Check(vgic::TakeInterrupts(guest_->gic->interface(), *manager_, kMaintenance, describe),
          "interrupts");
    // The return to the guest ends its WFE. QEMU 11.1 lacks that: docs/caveats.md.
    asm volatile("sevl");
  }

  bool ServeCall(const Exit& exit) {
    using Kind = vcpu::PsciAction::Kind;
    auto& frame = vcpu_->frame();
    const auto action = guest_->psci.Handle(self_, frame);
    vcpu_->SkipInstruction(exit);
    switch (action.kind) {
      case Kind::kResume: break;
      case Kind::kStart: asm volatile("dsb ish\n sev" ::: "memory"); break;
      case Kind::kStop: return false;
      case Kind::kSuspend: asm volatile("dsb sy\n wfi" ::: "memory"); break;
      case Kind::kSystemOff:
      case Kind::kSystemReset: platforms::PowerOff(0);
      case Kind::kForward:
        if (!platforms::CallFirmware(std::span(frame.x).template first<18>())) {
          frame.x[0] = ~std::uint64_t{0};  // [smccc] NOT_SUPPORTED
        }
    }
    return true;
  }

  bool Emulate(const vcpu::Access& access) {
    while (guest_->gic_busy.test_and_set(std::memory_order_acquire)) {
    }
    const bool served = vcpu::ServeMmio(guest_->gic->devices(), access, vcpu_->frame());
    guest_->gic_busy.clear(std::memory_order_release);
    return served;
  }

  /// What has no device answers with an External abort, as on a bus.
  void ServeAbort(const Exit& exit) {
    if (const auto access = vcpu::Access::Of(exit); access && Emulate(*access)) return;
    platforms::ConsoleLine()
        .Text("the guest may not have ")
        .Hex(exit.fault.intermediate_address.value_or(0))
        .Text(": PC ")
        .Hex(vcpu_->frame().pc);
    Inject(vcpu::GuestException::ExternalAbort(exit));
  }

  void ServeRegister(const Exit& exit) {
    const auto trap = exit.syndrome.system_register();
    if constexpr (Interface::kBySystemRegisters) {
      if (!trap.is_read && trap.encoding == hal::kInfo<hal::IccSgi1rEl1>.encoding) {
        guest_->gic->SendSgi(trap.rt == 31 ? 0 : vcpu_->frame().x[trap.rt], self_);
        return vcpu_->SkipInstruction(exit);
      }
    }
    Inject(vcpu::GuestException::Undefined());
  }

  void Inject(const vcpu::GuestException& exception) {
    Check(vcpu::Inject(cpu_, *vcpu_, exception), "inject");
  }

  PerCpu cpu_;
  Guest<Gic>* guest_ = nullptr;
  unsigned self_ = 0;
  std::optional<Manager> manager_;
  std::optional<vgic::Switched<Manager>> switched_;
  std::optional<vcpu::Vcpu> vcpu_;
  trivet::vectors::SveMemory<trivet::vectors::kMaxSveGranules> sve_;
  trivet::vectors::SmeMemory<trivet::vectors::kMaxSmeGranules> sme_;
};

}  // namespace hv
