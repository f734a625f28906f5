// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// EL2's own translation, which is on whenever C++ code runs.
namespace trivet::platforms {

/// Writes this CPU's HCR_EL2 when HCR_EL2.E2H may change: turns translation and caches off, writes,
/// and turns them on in the regime that E2H chooses, with TCR_EL2 in its layout and the TLB empty.
/// Takes effect before it returns. At EL2, translation as the runtime turned it on; any mask state,
/// which stays. The other registers whose layout E2H chooses (CPTR_EL2, CNTHCTL_EL2) are the
/// caller's. A write that keeps E2H needs none of this.
extern "C" void trivet_write_hcr_el2(std::uint64_t value);
inline void WriteHcrEl2(std::uint64_t value) { trivet_write_hcr_el2(value); }

}  // namespace trivet::platforms
