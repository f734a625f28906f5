#pragma once

#include "percpu/register_bank.h"

namespace trivet::percpu {

/// EL2 controls that a guest's configuration changes. Not VBAR_EL2, HCR_EL2 and TPIDR_EL2: each of
/// those has its own step and barrier in every transition.
using HostControls =
    RegisterBank<hal::VtcrEl2, hal::VttbrEl2, hal::CptrEl2, hal::MdcrEl2, hal::CnthctlEl2,
                 hal::CntvoffEl2, hal::VpidrEl2, hal::VmpidrEl2, hal::HcrxEl2, hal::HfgrtrEl2,
                 hal::HfgwtrEl2, hal::HfgitrEl2, hal::HdfgrtrEl2, hal::HdfgwtrEl2>;

/// Controls that also affect EL2 and EL0 of a VHE host: switched with every run there.
using SharedControls = RegisterBank<hal::CptrEl2, hal::CnthctlEl2>;

/// A guest's EL1 registers; a host without VHE may use them too. Switched when another guest is
/// loaded, not on every exit. A timer's CVAL comes before its CTL, so that it never fires on an old
/// value.
using El1Registers =
    RegisterBank<hal::SctlrEl1, hal::CpacrEl1, hal::Ttbr0El1, hal::Ttbr1El1, hal::TcrEl1,
                 hal::MairEl1, hal::AmairEl1, hal::VbarEl1, hal::EsrEl1, hal::FarEl1, hal::Afsr0El1,
                 hal::Afsr1El1, hal::ElrEl1, hal::SpsrEl1, hal::SpEl1, hal::ContextidrEl1,
                 hal::TpidrEl1, hal::CsselrEl1, hal::CntkctlEl1, hal::CntvCvalEl0, hal::CntvCtlEl0>;

/// Registers that a VHE host and a guest both use, by the same names, for the host's EL0 and EL2.
/// Switched with every run under a VHE host, together with the EL1 registers elsewhere.
using SharedRegisters =
    RegisterBank<hal::SpEl0, hal::TpidrEl0, hal::TpidrroEl0, hal::ParEl1, hal::MdscrEl1>;

/// A guest's registers outside its frame, or the host's values of the same registers.
struct GuestRegisters {
  El1Registers el1;
  SharedRegisters shared;
  bool lost = false;  ///< Their CPU lost power while they were loaded: the values are stale.
};

}  // namespace trivet::percpu
