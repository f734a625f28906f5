// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

#include "sim/pe/pe.h"
#include "vcpu/exit.h"

/// What values_test requires of registers besides their values at the end of a call.
namespace trivet::tests {

inline constexpr std::uint16_t kValueVmids[] = {0, 5, 6};

/// Throws sim::Violation: at `where`, `what` has another value than expected.
[[noreturn]] void FailValue(std::string_view where, std::string_view what, std::uint64_t got,
                            std::uint64_t expected);
/// The same where the two differ.
inline void RequireValue(std::string_view where, std::string_view what, std::uint64_t got,
                         std::uint64_t expected) {
  if (got != expected) FailValue(where, what, got, expected);
}

/// Throws sim::Violation when a run ended with another exit.
void RequireAbort(const vcpu::Exit& exit, std::uint64_t address);
void RequireHypercall(const vcpu::Exit& exit, std::uint64_t immediate);

/// Throws sim::Violation when `access` writes a register before another is in effect. [arm-arm]
/// "Out of context translation regimes": stage 2 is the guest's before EL1's translation is, and
/// before VM turns it on; TPIDR_EL2 belongs to vectors that are in effect. Or when it accesses a
/// performance counter that may be counting, OSECCR_EL1 without the OS lock, or vector registers of
/// a length that is not in effect.
void RequireOrder(const sim::Pe& pe, const sim::SoftwareAccess& access);

/// Another user of stage 2 was here: its translations may still be in the TLB, for each VMID.
void LeaveStaleTranslations(sim::Pe& pe);

/// Throws sim::Violation when the TLB may still hold a translation by other tables than those at
/// `allowed`. Changes nothing.
void RequireNoTranslations(sim::Pe& pe, std::uint64_t allowed);

}  // namespace trivet::tests
