#pragma once

#include <cstdint>

/// EL2's own translation, which the runtime turns on for every CPU before its C++ code runs.
namespace trivet::platforms {

/// Writes HCR_EL2 of the CPU that calls, where HCR_EL2.E2H may change: translation and caches are
/// off meanwhile and then of the regime that E2H chooses, TCR_EL2 in its layout, TLB entries of
/// before gone. Takes effect before it returns. At EL2, translation as the runtime turned it on;
/// any mask state, which stays. The other registers whose layout E2H chooses (CPTR_EL2,
/// CNTHCTL_EL2) are the caller's. A write that keeps E2H needs none of this.
extern "C" void trivet_write_hcr_el2(std::uint64_t value);
inline void WriteHcrEl2(std::uint64_t value) { trivet_write_hcr_el2(value); }

}  // namespace trivet::platforms
