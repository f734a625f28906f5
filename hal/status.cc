// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/status.h"

namespace trivet {

const char* ToString(Status status) {
  switch (status) {
    case Status::kOk: return "kOk";
    case Status::kNotAtEl2: return "kNotAtEl2";
    case Status::kNotCreated: return "kNotCreated";
    case Status::kAlreadyCreated: return "kAlreadyCreated";
    case Status::kAlreadyEnabled: return "kAlreadyEnabled";
    case Status::kNotEnabled: return "kNotEnabled";
    case Status::kWrongCpu: return "kWrongCpu";
    case Status::kInUse: return "kInUse";
    case Status::kVectorsReplaced: return "kVectorsReplaced";
    case Status::kUnsupportedFeature: return "kUnsupportedFeature";
    case Status::kHandlerMissing: return "kHandlerMissing";
    case Status::kRestoreMismatch: return "kRestoreMismatch";
    case Status::kInvalidArgument: return "kInvalidArgument";
    case Status::kOutOfReach: return "kOutOfReach";
    case Status::kLostState: return "kLostState";
    case Status::kSuspended: return "kSuspended";
    case Status::kTimedOut: return "kTimedOut";
    case Status::kUnsupportedHost: return "kUnsupportedHost";
    case Status::kIllegalGuestState: return "kIllegalGuestState";
    case Status::kLoadedElsewhere: return "kLoadedElsewhere";
    case Status::kSlotMissing: return "kSlotMissing";
    case Status::kSlotMisaligned: return "kSlotMisaligned";
    case Status::kWrongSlot: return "kWrongSlot";
    case Status::kNoRoom: return "kNoRoom";
    case Status::kAlreadyMapped: return "kAlreadyMapped";
    case Status::kOutOfTables: return "kOutOfTables";
    case Status::kPeerFailed: return "kPeerFailed";
  }
  return "an unknown Status";
}

}  // namespace trivet
