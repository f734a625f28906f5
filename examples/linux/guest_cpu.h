#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "gic.h"
#include "guest_memory.h"
#include "hal/guest_view.h"
#include "host.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/firmware.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/power.h"
#include "vcpu/inject.h"
#include "vcpu/mmio.h"
#include "vcpu/psci/guest_psci.h"
#include "vcpu/vcpu.h"
#include "vgic/switched.h"
#include "vgic/virtual_cpu_interface.h"

namespace hv {

using Psci = vcpu::GuestPsci<platforms::kMaxCpus>;

/// Around accesses of the emulated registers, which the guest's CPUs share.
class Lock {
 public:
  Lock() {
    while (busy_.test_and_set(std::memory_order_acquire)) {
    }
  }
  ~Lock() { busy_.clear(std::memory_order_release); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

 private:
  static inline constinit std::atomic_flag busy_ = ATOMIC_FLAG_INIT;
};

/// One CPU of the guest, on the CPU of the same number: from CPU_ON to CPU_OFF, again and again.
template <class Gic>
class GuestCpu {
 public:
  /// On that CPU, at EL2.
  [[noreturn]] void Serve(Gic& gic, Psci& psci, unsigned self) {
    gic_ = &gic;
    psci_ = &psci;
    self_ = self;
    Check(cpu_.Create(hal::Cpu::CurrentCpu()), "create");
    Check(cpu_.HardwareEnable(), "enable");
    manager_.emplace(gic.interface());
    Check(manager_->Create(), "list registers");
    switched_.emplace(*manager_);
    for (;;) {
      Run(WaitForStart());
      Check(vcpu_->Unload(cpu_), "unload");
      manager_->Reset();
      psci_->Stopped(self_);
    }
  }

  /// The first entry of vCPU 0, which is on from the start.
  void Begin(Psci::Entry entry) { first_ = entry; }

 private:
  using Interface = typename Gic::Interface;
  using Manager = vgic::VirtualCpuInterface<Interface, 64>;
  using Exit = vcpu::Exit;
  using Reason = vcpu::ExitReason;

  Psci::Entry WaitForStart() {
    if (first_) return *std::exchange(first_, std::nullopt);
    while (psci_->StateOf(self_) != vcpu::psci::CpuState::kOnPending) asm volatile("wfe");
    return psci_->Started(self_);
  }

  /// Runs the guest until it turns this CPU off.
  void Run(Psci::Entry start) {
    const auto features = hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>());
    vcpu_.emplace(vcpu::Config{.entry = start.address,
                               .argument = start.context,
                               .vtcr = GuestMemory().vtcr(),
                               .vttbr = GuestMemory().vttbr(),
                               .open = hal::CapabilitiesOf(features),
                               .sve = sve_,
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
      default: Refuse(exit);
    }
  }

  void TakeInterrupts() {
    const Interface interface = gic_->interface();
    for (;;) {
      const std::uint32_t acknowledged = interface.Acknowledge();
      const std::uint32_t intid = platforms::IntidOf(acknowledged);
      if (intid >= kFirstSpecial) return;
      if (intid == kMaintenance) {
        manager_->ServeMaintenance();
        interface.End(acknowledged);
      } else {
        Check(manager_->Inject(gic_->Take(acknowledged, self_)), "inject");
      }
    }
  }

  bool ServeCall(const Exit& exit) {
    using Kind = vcpu::PsciAction::Kind;
    auto& frame = vcpu_->frame();
    const auto action = psci_->Handle(self_, frame);
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

  /// What has no device answers with an External abort, as on a bus.
  void ServeAbort(const Exit& exit) {
    if (const auto access = vcpu::Access::Of(exit)) {
      const Lock lock;
      if (vcpu::ServeMmio(gic_->devices(), *access, vcpu_->frame())) return;
    }
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
        gic_->SendSgi(trap.rt == 31 ? 0 : vcpu_->frame().x[trap.rt], self_);
        return vcpu_->SkipInstruction(exit);
      }
    }
    Inject(vcpu::GuestException::Undefined());
  }

  void Inject(const vcpu::GuestException& exception) {
    Check(vcpu::Inject(cpu_, *vcpu_, exception), "inject");
  }

  [[noreturn]] void Refuse(const Exit& exit) {
    platforms::ConsoleLine()
        .Text("an exit that is not served: reason ")
        .Decimal(static_cast<unsigned>(exit.reason))
        .Text(", ESR_EL2 ")
        .Hex(exit.syndrome.raw())
        .Text(", PC ")
        .Hex(vcpu_->frame().pc);
    platforms::PowerOff(1);
  }

  PerCpu cpu_;
  Gic* gic_ = nullptr;
  Psci* psci_ = nullptr;
  unsigned self_ = 0;
  std::optional<Psci::Entry> first_;
  std::optional<Manager> manager_;
  std::optional<vgic::Switched<Manager>> switched_;
  std::optional<vcpu::Vcpu> vcpu_;
  trivet::vectors::SveMemory<trivet::vectors::kMaxSveGranules> sve_;
};

}  // namespace hv
