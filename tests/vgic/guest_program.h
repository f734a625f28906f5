// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "tests/support/guest_code.h"

/// A guest that makes one access to its CPU interface for each run: started at `op`, it makes the
/// access with x0, and leaves by HVC.
namespace trivet::tests {

enum class GuestOp : unsigned {
  kNothing,
  kAcknowledge1,  ///< mrs x0, ICC_IAR1_EL1
  kEnd1,          ///< msr ICC_EOIR1_EL1, x0
  kDeactivate,    ///< msr ICC_DIR_EL1, x0
  kEnable1,       ///< msr ICC_IGRPEN1_EL1, x0
  kAcknowledge0,
  kEnd0,
  kEnable0,
  kMask,     ///< msr ICC_PMR_EL1, x0
  kControl,  ///< msr ICC_CTLR_EL1, x0
  kLoad,     ///< ldr w0, [x1]
  kStore,    ///< str w0, [x1]
};

/// Bytes from one to the next: the access, an ISB, an HVC.
inline constexpr std::uint64_t kGuestOpSize = 12;

GuestCode PlaceInterfaceGuest();

}  // namespace trivet::tests
