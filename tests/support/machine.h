// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu_id.h"
#include "percpu/host_kind.h"
#include "tests/support/host_of_kind.h"
#include "vectors/chain_table.h"

/// The machine a contract test runs on, with a host of its own at EL2: the simulator's PE, made
/// anew for each test, or the CPU that boots the EL2 image.
namespace trivet::tests {

/// Owns the machine for one test, with a host of `kind`. As it arrives: at EL2 with SP_EL2, D, A, I
/// and F masked, HCR_EL2.{E2H, TGE} as the kind says, IMO, FMO and AMO set, VBAR_EL2 =
/// HostVectorBase(), the interrupt controller ready, no counts. A kind the CPU does not have (see
/// abilities.h) is left out. On the simulator a VHE host has a
/// CPU with FEAT_VHE, the others a Cortex-A72.
class Machine {
 public:
  explicit Machine(percpu::HostKind kind = percpu::HostKind::kNvhe);
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// The host's own vectors: its IRQ and FIQ entries acknowledge and count.
  std::uint64_t HostVectorBase() const;

  /// Makes an interrupt of this CPU pending, until AcknowledgeIrq or AcknowledgeFiq. FIQ: only with
  /// that ability.
  void TriggerIrq();
  void TriggerFiq();
  /// Makes an IRQ pending a little later, while a guest runs: a timer at EL2, `ticks` of the system
  /// counter from now; on the simulator, `ticks` instructions.
  void StartTimer(unsigned ticks);
};

/// An index below kMaxCpus, of its own for each CPU of the machine, whatever their affinities.
inline constexpr unsigned kMaxCpus = 16;
unsigned IndexOf(CpuId cpu);

/// Memory for `cpu`'s chain table, executable at EL2, within reach of the host's own table.
vectors::ChainPlace ChainPlaceOf(CpuId cpu);

/// Ends the pending interrupt, as a handler must. False when none was pending.
bool AcknowledgeIrq();
bool AcknowledgeFiq();

/// How often the host's own table took an interrupt on this machine since the test began.
unsigned HostTableIrqs();
unsigned HostTableFiqs();

/// Unmasks IRQ, FIQ and SError long enough for anything pending to arrive, then masks them again.
void OpenInterruptWindow();

}  // namespace trivet::tests
