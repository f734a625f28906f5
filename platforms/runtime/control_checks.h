// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

/// The values of the registers that the entry code sets, for tests.
namespace trivet::platforms {

/// Checks each control of EL2's translation in the regime that HCR_EL2.E2H chooses. At EL2.
void CheckTranslationControls();

/// Checks that WriteHcrEl2() leaves PSTATE.DAIF as it was. At EL2, DAIF masked.
void CheckMaskOverHcrWrite();

/// Checks that EL3 leaves to EL2 what this CPU has, by its use: an access that EL3 keeps does not
/// come back. For images that enter at EL3, without firmware. At EL2, DAIF masked.
void CheckWhatEl3Leaves();

}  // namespace trivet::platforms
