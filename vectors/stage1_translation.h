// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/backend.h"

namespace trivet::vectors {

/// Where stage 1 of the loaded guest has `address` now, as its tables are, for such an access;
/// nullopt: AT reports a fault, or its walk took a synchronous External abort. At EL2 with SP_EL2,
/// the guest's HCR_EL2 and registers in place, every interrupt masked. Keeps PAR_EL1 and VBAR_EL2;
/// an abort changes ELR_EL2, SPSR_EL2, ESR_EL2 and FAR_EL2. [arm-arm] AT, PAR_EL1.
std::optional<std::uint64_t> TranslateByStage1(hal::At access, std::uint64_t address);

}  // namespace trivet::vectors
