// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::tests {

/// An event on a CPU, one step of a sequence.
enum class Operation : std::uint8_t {
  kCreate,
  kEnable,
  kDisable,
  kRun,  ///< A guest, until its next hypercall.
  kAudit,
  kOff,          ///< Power goes without PrepareSuspend(), and for good if it was gone already.
  kOn,           ///< Power comes; the host's boot code sets the host's registers.
  kSuspend,      ///< PrepareSuspend(), and unless that failed the power goes.
  kResume,       ///< Power comes, if it was gone by a suspend; boot code; Resumed().
  kStandby,      ///< PrepareSuspend(), and the power stays.
  kFail,         ///< SuspendFailed().
  kForeignVbar,  ///< Other code installs vectors.
  kForeignHcr,   ///< Other code turns stage 2 on with its own tables, or off.
};

inline constexpr unsigned kOperations = 13;

const char* ToString(Operation operation);

}  // namespace trivet::tests
