// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "percpu/guest_registers.h"
#include "percpu/masked_interrupts.h"
#include "vgic/interface.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

/// Switches a manager with its Vcpu: vcpu::Config::interrupts. Lives as long as the Vcpu.
template <class Manager>
class Switched : public percpu::GuestInterrupts {
 public:
  explicit Switched(Manager& manager) : manager_(manager) {
    unload = [](GuestInterrupts& self) { Of(self).Unload(); };
    load = [](GuestInterrupts& self, bool each_run) { LoadWith(Of(self), each_run); };
    resume = [](GuestInterrupts& self) { Of(self).Resume(); };
    suspend = [](GuestInterrupts& self) { Of(self).Suspend(); };
    abandon = [](GuestInterrupts& self, bool powered) { Of(self).Abandon(powered); };
    if (Manager::kBySystemRegisters) opens = hal::Capability::kInterruptInterface;
  }

 private:
  static Manager& Of(GuestInterrupts& self) { return static_cast<Switched&>(self).manager_; }
  /// percpu switches the controls of a GICv3: they are capabilities of a guest.
  static void LoadWith(Manager& manager, bool each_run) {
    // It is created, and percpu loads a guest once.
    (void)(Manager::kBySystemRegisters ? manager.LoadShared(each_run) : manager.Load());
  }

  Manager& manager_;
};

/// Runs a vCPU with its interrupts: `vcpu` is a vcpu::Vcpu whose Config::interrupts is the manager.
/// As Vcpu::Run(). What other CPUs posted before the guest is entered is taken, and what they post
/// later returns Where::kGuest to them.
template <class Vcpu, class Manager, class Cpu>
auto Run(Vcpu& vcpu, Manager& manager, Cpu& cpu) {
  const percpu::MaskedInterrupts masked;
  manager.BeginRun();
  auto exit = vcpu.Run(cpu);
  manager.EndRun();
  return exit;
}

}  // namespace trivet::vgic
