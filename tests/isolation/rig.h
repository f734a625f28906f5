// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/capability.h"
#include "hal/cpu.h"
#include "hal/cpu_id.h"
#include "hal/roles.h"
#include "hal/status.h"
#include "percpu/per_cpu.h"
#include "tests/isolation/guest_memory.h"
#include "tests/support/machine.h"
#include "vcpu/vcpu.h"
#include "vectors/cpu_slot.h"

namespace trivet::tests {

/// A host that expects no exception of its own: each ends the image with a report of the exception
/// and of what OnUnexpectedException() was given.
struct StrictHost {
  static vectors::Handlers HandlersFor(CpuId cpu);
  static std::uint64_t PhysicalAddressOf(const void* address);
};
/// Prints what the guest was doing; called once, before the image ends.
void OnUnexpectedException(void (*describe)());

/// PSTATE of a guest: EL1 with SP_EL1, or EL0; D, A, I and F masked. [arm-arm] SPSR_EL2.
inline constexpr std::uint64_t kAtEl1 = 0x3c5, kAtEl0 = 0x3c0;

/// One enabled CPU, with a guest in the window of guest_memory.h and a watchdog.
/// Static storage, one at a time.
class IsolationRig {
 public:
  /// Enables the CPU over whatever the host's registers hold. `machine` exists.
  explicit IsolationRig(Machine& machine) : machine_(machine) {}
  IsolationRig(const IsolationRig&) = delete;
  IsolationRig& operator=(const IsolationRig&) = delete;

  Status Enable();
  /// Unloads the guest and disables.
  Status Disable();
  percpu::PerCpu<StrictHost>& cpu() { return cpu_; }

  /// Replaces the guest by a new one, whose load takes the old one's registers off the CPU, and
  /// opens to its EL0 what EL1 can open.
  /// `open`: its capabilities; `traps`: further bits of HCR_EL2.
  void NewGuest(std::uint16_t vmid, hal::Capabilities open, hal::HcrEl2 traps = {});
  /// Puts the loaded guest's registers that decide what an access of its does to their values of
  /// NewGuest(): SCTLR_EL1, VBAR_EL1, CPACR_EL1, CNTKCTL_EL1, and the virtual timer off.
  static void ResetGuestControls();
  /// Gives these registers values that another guest must not see.
  static void FillGuestControls();
  vcpu::Vcpu& guest() { return *guests_[current_]; }

  /// How a run ended.
  struct Stop {
    vcpu::Exit exit;
    bool timed_out = false;  ///< Ended by the watchdog, not by the guest.
  };
  /// Starts the watchdog, then runs the guest at `address` until it exits.
  Stop Run(std::uint64_t address, std::uint64_t pstate);
  /// Runs it from where it is.
  Stop Resume();
  /// Ends a run or a resumption in two milliseconds.
  void StartWatchdog();

 private:
  Machine& machine_;
  percpu::PerCpu<StrictHost> cpu_;
  std::optional<vcpu::Vcpu> guests_[2];  // One is loaded while its successor is made.
  unsigned current_ = 0;
};

/// A register of the loaded guest that is switched on load, between runs: by the name that reaches
/// it under the host's E2H.
template <class R>
typename R::Value GuestRegister() {
  using hal::Cpu;
  using Names = hal::NamesAtEl2<R>;
  if (Cpu::Read<hal::HcrEl2>().e2h()) return Cpu::Read<typename Names::E2hSet>();
  return Cpu::Read<typename Names::E2hClear>();
}
template <class R>
void SetGuestRegister(typename R::Value value) {
  using hal::Cpu;
  using Names = hal::NamesAtEl2<R>;
  if (Cpu::Read<hal::HcrEl2>().e2h()) {
    Cpu::Write<typename Names::E2hSet>(value);
  } else {
    Cpu::Write<typename Names::E2hClear>(value);
  }
}

}  // namespace trivet::tests
