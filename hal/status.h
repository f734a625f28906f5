// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/expected.h"

namespace trivet {

/// Result codes of Trivet calls. The only table of them.
enum class [[nodiscard]] Status : std::uint8_t {
  kOk = 0,
  kNotAtEl2,            ///< The caller does not run at EL2.
  kNotCreated,          ///< Never created, or its creation failed; no round announced.
  kAlreadyCreated,      ///< Created, announced or joined twice; the first time stands.
  kAlreadyEnabled,      ///< HardwareEnable() while enabled; nothing was touched.
  kNotEnabled,          ///< The call needs an enabled CPU; nothing was touched.
  kWrongCpu,            ///< The object belongs to another CPU than the one that called.
  kInUse,               ///< HCR_EL2.{VM, DC}: stage 2 is on, another hypervisor runs here.
  kVectorsReplaced,     ///< VBAR_EL2 is not what Trivet installed: other code changed it.
  kUnsupportedFeature,  ///< This CPU lacks a feature (or has one Trivet cannot serve): see Error.
  kHandlerMissing,      ///< A host handler, the memory for a chain table, or a part is null.
  kRestoreMismatch,     ///< A register did not take its value: Error has it, expected and got.
  kInvalidArgument,     ///< An argument is out of range or misaligned.
  kOutOfReach,          ///< The host's vector table is too far from the chain table's memory.
  kLostState,           ///< The CPU was powered down since: its registers are lost.
  kSuspended,           ///< PrepareSuspend() was called: Resumed() or SuspendFailed() must follow.
  kTimedOut,            ///< A CPU did not arrive or finish in time: the round's report names it.
  kUnsupportedHost,     ///< The host's state rules out a transition: Error has the register.
  kIllegalGuestState,   ///< The guest's PSTATE is neither EL1 nor EL0 in AArch64: not entered.
  kLoadedElsewhere,     ///< The guest's registers are loaded on another CPU.
  kSlotMissing,         ///< What the vectors' slot finder starts from is null: set it first.
  kSlotMisaligned,      ///< The slot finder's pointer or page is misaligned: Error has it.
  kWrongSlot,           ///< The vectors would find another page than this CPU's: Error has it.
  kNoRoom,              ///< A vCPU has as many interrupts as it has room for: its last_error().
  kAlreadyMapped,       ///< Part of the range has a mapping: Unmap() it first.
  kOutOfTables,         ///< The pool has too few translation tables left.
  kPeerFailed,          ///< Another CPU failed; nothing stays changed on this one.
};

template <class T>
using Result = expected<T, Status>;

/// The enumerator's name, for messages. Never null.
const char* ToString(Status status);

}  // namespace trivet
