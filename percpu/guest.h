// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/capability.h"
#include "hal/registers.h"
#include "percpu/guest_registers.h"
#include "percpu/hcr_policy.h"
#include "percpu/sme_state.h"
#include "vectors/sme_state.h"
#include "vectors/sve_state.h"
#include "vectors/vector_state.h"

namespace trivet::percpu {

class PerCpuState;

/// What a guest asks for.
struct GuestRequest {
  hal::HcrEl2 traps = {};       ///< Further bits of HCR_EL2: all granted, or the guest is refused.
  hal::Capabilities open = {};  ///< Closed: trapped, and not offered.
  vectors::SveArea sve = {};    ///< With hal::Capability::kSve.
  vectors::SmeArea sme = {};    ///< With hal::Capability::kSme.
  hal::VtcrEl2 vtcr = hal::VtcrEl2::Inert();
  hal::VttbrEl2 vttbr = {};
  hal::CntvoffEl2 cntvoff = {};
  hal::VmpidrEl2 vmpidr = hal::VmpidrEl2::Inert();
};

struct Guest;

/// The virtual SError of a guest, HCR_EL2.VSE, from PerCpuState::PendSError() until the guest takes
/// it. Meanwhile it stands before the guest's interrupts and is switched with them: a guest without
/// one pays nothing. percpu/virtual_serror.cc.
struct VirtualSError : GuestInterrupts {
  Guest* guest = nullptr;             ///< The one that it is pending for; null: none.
  GuestInterrupts* behind = nullptr;  ///< That guest's interrupts.
  /// Whether it is pending still, looked up in HCR_EL2: linked by PendSError() alone.
  bool (*is_pending)(PerCpuState&, Guest&) = nullptr;
};

/// A guest between its runs: its registers, and the EL2 controls for the CPU that it was prepared
/// for.
struct Guest : GuestRegisters {
  /// All zeros but what is RES1: MMU and caches off.
  Guest() { load.Set<hal::SctlrEl1>(hal::SctlrEl1::Inert()); }

  GuestControls controls;
  HcrTerms terms;
  hal::HcrEl2 hcr;
  vectors::VectorState vectors;
  vectors::SveArea sve;
  hal::ZcrEl2 zcr_el1;
  SmeState sme;
  // What these were computed for: a CPU, and how often it was given to a guest.
  const PerCpuState* prepared_on = nullptr;
  std::uint32_t prepared_in = 0;
  bool runs_as_it_is = false;  ///< A run switches nothing while it is loaded.
  VirtualSError serror;
};

}  // namespace trivet::percpu
