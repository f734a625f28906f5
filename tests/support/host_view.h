// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::tests {

/// What a host at EL2 would notice: every register a transition or a guest may touch, and its own
/// interrupt mask.
struct HostView {
  std::uint64_t vbar, hcr, tpidr, vtcr, vttbr, cptr, mdcr, cnthctl, cntvoff, vpidr, vmpidr;
  std::uint64_t vbar_el1, sctlr_el1, tpidr_el0, sp_el0, daif;

  bool operator==(const HostView&) const = default;
  static HostView Now();
};

}  // namespace trivet::tests
