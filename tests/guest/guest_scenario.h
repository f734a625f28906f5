// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "percpu/hcr_policy.h"
#include "percpu/host_kind.h"
#include "tests/support/guest_code.h"
#include "tests/support/host_view.h"
#include "vcpu/exit.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {

/// The guest every environment runs: a change of its own state, then one instruction of each kind
/// that leaves for EL2.
///
///     msr VBAR_EL1, x2;  hvc #1;  smc #0;  wfi
///     mrs x3, ID_AA64PFR0_EL1;  ldr x5, [x1];  b .;  hvc #2
///
/// The host sets x1 and x2 before it runs.
GuestCode PlaceGuestCode();

/// A guest that takes values for the registers that a VHE host uses too, and shows what they hold:
///
///     msr SP_EL0, x2;  msr TPIDR_EL0, x3;  msr TPIDRRO_EL0, x4;  msr PAR_EL1, x5;  hvc #1
///     mrs x6, SP_EL0;  mrs x7, TPIDR_EL0;  mrs x8, TPIDRRO_EL0;  mrs x9, PAR_EL1;  hvc #2
GuestCode PlaceValuesGuest();

/// Its address as the guest sees it.
inline std::uint64_t PlaceGuest() { return PlaceGuestCode().entry(); }
inline Status MapGuest(vcpu::BlockStage2& stage2) { return PlaceGuestCode().Map(stage2); }
/// For a Vcpu that runs it in `stage2`.
vcpu::Config ConfigGuest(vcpu::BlockStage2& stage2, std::uint16_t vmid);

inline constexpr std::uint64_t kGuestVbar = 0x5000'0800;    ///< What x2 holds.
inline constexpr std::uint64_t kUnmappedIpa = 0xc000'0120;  ///< What x1 points at.

/// What happened from enable to disable on one CPU.
struct ScenarioResult {
  static constexpr unsigned kExits = 7;

  Status create, enable, unload, audit, disable;
  percpu::ConstrainedHcr hcr;  ///< The outcome of the traps it requested.
  unsigned exits = 0;          ///< How many of the following are filled.
  Status run[kExits];
  vcpu::Exit exit[kExits];
  std::uint64_t pc[kExits];         ///< Offset from the guest's entry at each exit.
  unsigned irqs_to_handler = 0;     ///< IRQs the host's handler took, from Trivet's vectors.
  unsigned irqs_to_host_table = 0;  ///< IRQs the host's own table took meanwhile.
  unsigned irqs_after = 0;          ///< IRQs the host's own table took after disable.
  HostView before, after;
};

/// How the host takes the exceptions of EL2 itself while Trivet's vectors are installed.
enum class HostInterface : std::uint8_t { kCallback, kPassThrough };

/// Under a host of `kind`, with `host_interface`: enables this CPU, runs the guest through all of
/// its exits, disables, and lets one interrupt arrive at the host. No assertions: any CPU may call
/// it. `slot` chooses the storage: one per concurrent caller.
void RunScenario(unsigned slot, percpu::HostKind kind, HostInterface host_interface,
                 ScenarioResult& result);

}  // namespace trivet::tests
