// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::vectors {

/// Whether EL2 is in Secure state, where stage 2 walks VSTTBR_EL2 instead of VTTBR_EL2. On a CPU
/// with FEAT_SEL2, at EL2 with SP_EL2, every interrupt masked. Takes an exception of EL2 through a
/// vector table of its own; every register is as before. [arm-arm] VSTTBR_EL2, SCR_EL3.EEL2.
extern "C" bool TrivetEl2IsSecure();

}  // namespace trivet::vectors
