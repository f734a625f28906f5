// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "sim/pe/pe.h"

/// What the virtual interface reports to EL2: ICH_MISR_EL2, ICH_EISR_EL2, ICH_ELRSR_EL2 and the
/// maintenance interrupt, each by the registers of the moment. [gic] "Maintenance interrupts".
namespace trivet::sim {

/// The value of ICH_MISR_EL2, ICH_EISR_EL2 or ICH_ELRSR_EL2.
std::uint64_t MaintenanceRegister(const Pe& pe, hal::RegisterId id);

/// The level of the maintenance interrupt.
bool SignalsMaintenance(const Pe& pe);

}  // namespace trivet::sim
