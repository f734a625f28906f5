// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

#include "hal/cpu_id.h"
#include "hal/registers.h"

/// The contract between everything above hal and what executes the register accesses.
namespace trivet::hal {

/// Shareability domain and access types of a DSB. [arm-arm] DSB.
enum class Domain : std::uint8_t {
  kNonShareable,    ///< DSB NSH: completes this PE's own TLB maintenance.
  kInnerShareable,  ///< DSB ISH: completes broadcast TLB maintenance.
  kFullSystem,      ///< DSB SY.
};

/// TLB maintenance by scope. [arm-arm] TLBI. None waits: a DSB does.
enum class Tlbi : std::uint8_t {
  kAllE1,         ///< TLBI ALLE1: all EL1&0 entries, stages 1 and 2, every VMID, this PE.
  kAllE1Is,       ///< TLBI ALLE1IS: the same, inner shareable domain.
  kVmallS12E1,    ///< TLBI VMALLS12E1: stages 1 and 2 of the current VMID, this PE.
  kVmallS12E1Is,  ///< TLBI VMALLS12E1IS.
  kAllE2,         ///< TLBI ALLE2: the EL2 (or, with E2H, EL2&0) regime, this PE.
};

/// Address translation by stage 1 of the EL1&0 regime, as for an access of EL1 or EL0 without
/// PSTATE.PAN. [arm-arm] AT. The result is in PAR_EL1 after an ISB. With HCR_EL2.{E2H, TGE} = {1,
/// 1} the regime is EL2&0 instead. A walk may take a synchronous External abort, to EL2.
enum class At : std::uint8_t {
  kS1E1R,  ///< AT S1E1R: a read at EL1.
  kS1E1W,
  kS1E0R,
  kS1E0W,
};

/// A backend is an empty struct of always-inlined static functions. Read and Write of a register
/// whose description forbids the access do not compile. Calls need EL2 unless the register's
/// description allows less.
template <class B>
concept Backend = requires(HcrEl2 hcr, Daif daif, std::uint64_t address) {
  { B::template Read<HcrEl2>() } -> std::same_as<HcrEl2>;
  { B::template Write<HcrEl2>(hcr) } -> std::same_as<void>;
  { B::Isb() } -> std::same_as<void>;
  { B::template Dsb<Domain::kNonShareable>() } -> std::same_as<void>;
  { B::template Invalidate<Tlbi::kAllE1>() } -> std::same_as<void>;
  { B::template Translate<At::kS1E1R>(address) } -> std::same_as<void>;
  /// Masks D, A, I and F; the returned value restores the caller's state, whatever it was.
  { B::DaifMask() } -> std::same_as<Daif>;
  { B::DaifRestore(daif) } -> std::same_as<void>;
  /// This PE, from MPIDR_EL1.
  { B::CurrentCpu() } -> std::same_as<CpuId>;
};

}  // namespace trivet::hal
