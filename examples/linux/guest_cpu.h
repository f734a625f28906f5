// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <span>

#include "hal/guest_view.h"
#include "hypervisor/hand_back.h"
#include "hypervisor/host.h"
#include "percpu/open_to_el1.h"
#include "platforms/machine/description.h"
#include "platforms/runtime/console.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/firmware.h"
#include "real_time.h"
#include "vcpu/inject.h"
#include "vcpu/mmio.h"
#include "vcpu/psci/guest_psci.h"
#include "vcpu/psci/waiting_cpus.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/rom.h"
#include "vcpu/vcpu.h"
#include "vgic/partition/gic_partition.h"
#include "vgic/partition/refusal.h"
#include "vgic/switched.h"
#include "vgic/virtual_cpu_interface.h"

namespace hv {

namespace allcpus = trivet::allcpus;
namespace hal = trivet::hal;
namespace platforms = trivet::platforms;
namespace vcpu = trivet::vcpu;
namespace vgic = trivet::vgic;
using trivet::hypervisor::Check;
using trivet::hypervisor::HandBack;
using trivet::hypervisor::Stop;

using Psci = vcpu::GuestPsci<trivet::hypervisor::kMaxCpus>;

/// A guest as all of its CPUs see it.
template <class GuestGic>
struct Guest {
  const char* name = "the guest";
  Psci::Entry boot = {};  ///< Where vCPU 0 begins, which is on from the start.
  /// Registers that the hypervisor has for it. Size 0: none.
  vcpu::MmioRange doorbell = {};
  /// Of a guest that can have the machine back. Null: it cannot.
  HandBack* hand_back = nullptr;
  vcpu::Rom rom = {};  ///< Of a firmware.
  /// Of a guest that does not own the machine. Null: it has its power and its firmware.
  RealTime* real_time = nullptr;
  std::atomic<unsigned> refused = 0;  ///< What it wanted and may not have: so many times.
  vcpu::GuestMemory memory = {};
  std::optional<GuestGic> gic = {};
  Psci psci = {};
};

/// One vCPU on the CPU that calls: from CPU_ON to CPU_OFF, again and again.
template <class GuestGic>
class GuestCpu {
 public:
  using Gic = GuestGic;
  using Guest = hv::Guest<Gic>;

  [[noreturn]] void Serve(Guest& guest, unsigned self) {
    guest_ = &guest;
    self_ = self;
    log_ = &trivet::hypervisor::exits[platforms::ThisCpuIndex()];
    Check(cpu_.Create(hal::Cpu::CurrentCpu()), "create");
    trivet::percpu::OpenToEl1(Capabilities());
    Check(cpu_.HardwareEnable(), "enable");
    manager_.emplace(guest.gic->interface());
    Check(manager_->Create(), "list registers");
    switched_.emplace(*manager_);
    if (guest.real_time != nullptr) guest.real_time->Load();
    for (Psci::Entry start = self == 0 ? guest.boot : WaitForStart();; start = Restart()) {
      Run(start);
      Check(vcpu_->Unload(cpu_), "unload");
      Check(guest.gic->Stop(*manager_, self), "interrupts of a CPU that stopped");
    }
  }

 private:
  using Manager = vgic::VirtualCpuInterface<typename Gic::Interface, 64>;
  using Exit = vcpu::Exit;
  using Reason = vcpu::ExitReason;

  Psci::Entry Restart() {
    if (guest_->real_time != nullptr && guest_->real_time->IsEnded()) {
      return guest_->real_time->Load(), guest_->boot;
    }
    guest_->psci.Stopped(self_);
    return WaitForStart();
  }
  Psci::Entry WaitForStart() {
    return vcpu::WaitForCpuOn(guest_->psci, self_, [this] { LeaveIfAllDo(false); });
  }

  /// A guest with GCS cannot be given an exception. vcpu/inject.h
  static hal::Capabilities Capabilities() {
    const auto features = hal::FeatureSet::From(hal::IdValues::Read<hal::Cpu>());
    return hal::CapabilitiesOf(features).Without(hal::Capability::kGcs);
  }

  /// Runs the vCPU until it ends.
  void Run(Psci::Entry start) {
    vcpu_.emplace(
        vcpu::Config{.entry = start.address,
                     .argument = start.context,
                     .vtcr = guest_->memory.vtcr(),
                     .vttbr = guest_->memory.vttbr(),
                     .open = guest_->real_time != nullptr ? hal::Capabilities() : Capabilities(),
                     .sve = sve_,
                     .sme = sme_,
                     .mpidr = hal::Cpu::Read<hal::MpidrEl1>(),
                     .interrupts = &*switched_,
                     .translates_faults = true});
    for (;;) {
      // The return to the guest ends its WFE. QEMU 11.1 lacks that: docs/caveats.md.
      asm volatile("sevl");
      const auto exit = vgic::Run(*vcpu_, *manager_, cpu_);
      if (!exit) Check(exit.error(), "run");
      log_->Add(*exit, vcpu_->frame().pc);
      if (!Serve(*exit)) return;
      if (guest_->real_time != nullptr && guest_->real_time->Ends(*exit)) return;
      LeaveIfAllDo(true);
    }
  }

  /// False: the vCPU ends.
  bool Serve(const Exit& exit) {
    auto& frame = vcpu_->frame();
    if (const auto refusal = guest_->gic->RefusalOf(exit, frame); refusal.value != 0) {
      Report(vgic::ToString(refusal.kind), refusal.value);
    }
    if (guest_->gic->Serve(exit, frame, self_)) return true;
    if (guest_->rom.IgnoreStore(exit, frame)) return true;
    const auto access = vcpu::Access::Of(exit);
    if (access && vcpu::ServeMmio({&guest_->doorbell, 1}, *access, frame)) return true;
    switch (exit.reason) {
      case Reason::kIrq:
        return Check(guest_->gic->TakeInterrupts(*manager_, self_), "interrupts"), true;
      case Reason::kSecureMonitorCall:
      case Reason::kHypercall: return ServeCall(exit);
      case Reason::kDataAbort:
      case Reason::kInstructionAbort: return Refuse(exit), true;
      case Reason::kSystemRegister:
      case Reason::kOther: return Inject(vcpu::GuestException::Undefined()), true;
      default: Stop("an exit that is not served", exit.syndrome.raw(), frame.pc);
    }
  }

  bool ServeCall(const Exit& exit) {
    using Kind = vcpu::PsciAction::Kind;
    auto& frame = vcpu_->frame();
    const auto call = vcpu::psci::FunctionOf(static_cast<std::uint32_t>(frame.x[0]));
    const auto action = guest_->psci.Handle(self_, frame);
    if (call == vcpu::psci::Function::kCpuOn &&
        static_cast<vcpu::psci::Result>(frame.x[0]) == vcpu::psci::Result::kInvalidParameters) {
      Report("CPU", frame.x[1]);
    }
    vcpu_->SkipInstruction(exit);
    if (vcpu::Continue(action)) return true;
    const bool owns_machine = guest_->real_time == nullptr;
    if (action.kind != Kind::kForward && action.kind != Kind::kStop && owns_machine)
      trivet::hypervisor::PowerOff();
    if (action.kind != Kind::kForward) return false;
    if (!owns_machine || !platforms::CallFirmware(std::span(frame.x).template first<18>())) {
      frame.x[0] = ~std::uint64_t{0};  // [smccc] NOT_SUPPORTED
    }
    return true;
  }

  /// What has no device answers with an External abort, as on a bus.
  void Refuse(const Exit& exit) {
    Report("address", exit.fault.intermediate_address.value_or(0));
    Inject(vcpu::GuestException::ExternalAbort(exit));
  }
  void Report(const char* what, std::uint64_t which) {
    ++guest_->refused;
    auto line = platforms::ConsoleLine();
    line.Text(guest_->name).Text(" may not have ").Text(what).Text(" ").Hex(which);
    line.Text(": PC ").Hex(vcpu_->frame().pc);
  }
  void Inject(const vcpu::GuestException& exception) {
    Check(vcpu::Inject(cpu_, *vcpu_, exception), "inject");
  }

  /// Takes part in a round of HandBack, if one is open. Does not return when all CPUs leave: the
  /// vCPU, if it `runs`, goes on without EL2; if not its CPU is off for the machine too.
  void LeaveIfAllDo(bool runs) {
    auto* const hand_back = guest_->hand_back;
    if (hand_back == nullptr || !hand_back->IsOpen()) return;
    if (runs && !guest_->gic->CanHandBack(*manager_)) return;
    const allcpus::LocalCpu local = {.self = this,
                                     .act = [](void* self, auto action, auto, auto& error) {
                                       return static_cast<GuestCpu*>(self)->Leave(action, error);
                                     }};
    if (hand_back->TakePart(self_, local) != trivet::Status::kOk) return;
    platforms::DisableInterrupt(vgic::kMaintenance);
    guest_->gic->HandBack(*manager_, self_);
    if (!runs) platforms::StopThisCpu();
    vcpu_->RestoreEachRun();
    // The vectors are the run time's again: what comes to EL2 from now on ends in its report.
    (void)trivet::vectors::EnterGuest(vcpu_->frame());
  }
  /// This CPU's part of a round. A vCPU that was turned on has to begin before.
  trivet::Status Leave(allcpus::Action action, trivet::percpu::Error& error) {
    const bool stays = guest_->hand_back->IsRefusedBy(self_) ||
                       guest_->psci.StateOf(self_) == vcpu::psci::CpuState::kOnPending;
    switch (action) {
      case allcpus::Action::kPrepare: return cpu_.CanDisable();
      case allcpus::Action::kCommit:
        return stays ? (error.status = trivet::Status::kInUse) : cpu_.LeaveOnCpu();
      case allcpus::Action::kUndo:
        return cpu_.IsEnabled() ? trivet::Status::kOk : cpu_.HardwareEnable();
    }
  }

  trivet::hypervisor::PerCpu cpu_;
  Guest* guest_ = nullptr;
  unsigned self_ = 0;
  vcpu::ExitLog* log_ = nullptr;
  std::optional<Manager> manager_;
  std::optional<vgic::Switched<Manager>> switched_;
  std::optional<vcpu::Vcpu> vcpu_;
  trivet::vectors::SveMemory<trivet::vectors::kMaxSveGranules> sve_;
  trivet::vectors::SmeMemory<trivet::vectors::kMaxSmeGranules> sme_;
};

}  // namespace hv
