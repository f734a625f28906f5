// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/owner.h"

#include <algorithm>
#include <iterator>

#include "hal/guest_view.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Encodings that SYS and SYSL share: what they may do in a guest.
struct InstructionFamily {
  std::uint8_t op1, crn;
  std::uint16_t crms;  ///< A bit for each value of CRm.
  std::uint8_t op2s;   ///< A bit for each value of op2.
  const char* reason;
};
constexpr InstructionFamily kFamilies[] = {
    // [arm-arm] "A64 System instructions for TLB maintenance": EL1&0 forms use the current VMID.
    {0, 8, 0xffff, 0xff, "TLB entries of its own VMID"},
    {0, 9, 0xffff, 0xff, "TLB entries of its own VMID"},
    // [arm-arm] "for address translation": the result is in PAR_EL1, which is switched.
    {0, 7, 1 << 8 | 1 << 9, 0xff, "its own translation, into PAR_EL1"},
    // [arm-arm] "for cache maintenance": instruction caches hold no state; by address, stage 2
    // decides.
    {0, 7, 1 << 1 | 1 << 5, 1 << 0, "instruction caches"},
    {3, 7, 1 << 5, 1 << 1, "instruction caches"},
    {0, 7, 1 << 6, 1 << 1 | 1 << 3 | 1 << 5, "its own memory, by address"},
    {3, 7, 1 << 4 | 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14,
     1 << 1 | 1 << 3 | 1 << 4 | 1 << 5, "its own memory, by address"},
    // [arm-arm] "by set/way": they clean and invalidate, also where HCR_EL2.SWIO has to say so.
    {0, 7, 1 << 6 | 1 << 10 | 1 << 14, 1 << 2 | 1 << 4 | 1 << 6,
     "caches, nothing of which is lost"},
    // [arm-arm] CFP RCTX and others: at EL1 and EL0 the current VMID's.
    {3, 7, 1 << 3, 0xf0, "predictions of its own VMID"},
    // [arm-arm] GCSPUSHM, GCSPOPM, GCSSS1, GCSSS2: nothing happens while the guest's GCS is off.
    {3, 7, 1 << 7, 0x0f, "a guarded control stack that is off"},
};

const char* ReasonToExecute(Encoding e) {
  for (const InstructionFamily& family : kFamilies) {
    const bool names = family.op1 == e.op1 && family.crn == e.crn;
    if (names && (family.crms >> e.crm & 1) != 0 && (family.op2s >> e.op2 & 1) != 0) {
      return family.reason;
    }
  }
  return nullptr;
}

constexpr Encoding kRndr = {3, 3, 2, 4, 0}, kRndrrs = {3, 3, 2, 4, 1};

/// Reads of names without a description. [arm-arm] D23, "Principles of the ID scheme": what is not
/// allocated among the ID registers reads as zero.
const char* ReasonToReadOther(Encoding e) {
  if (e == kRndr || e == kRndrrs) return "random numbers";
  const bool identifies = e.op0 == 3 && e.op1 <= 1 && e.crn == 0;
  return identifies ? "identification" : nullptr;
}

}  // namespace

const char* ReasonToPerform(Access access, Capabilities open) {
  if (access.is_instruction()) return ReasonToExecute(access.encoding());
  const RegisterInfo* const info = access.description();
  if (info == nullptr) return access.is_read() ? ReasonToReadOther(access.encoding()) : nullptr;
  const hal::GuestRegister* const line = FindGuestRegister(info->storage);
  if (line == nullptr || line->fate == Fate::kTrapped || !open.Has(line->capability))
    return nullptr;
  return hal::ToString(line->fate);
}

bool Moves(Access access) {
  using enum RegisterId;
  constexpr RegisterId kIds[] = {kCntpctEl0,   kCntvctEl0,   kCntpctssEl0, kCntvctssEl0,
                                 kCntvTvalEl0, kCntpTvalEl0, kPmccntrEl0};
  if (access.encoding() == kRndr || access.encoding() == kRndrrs) return true;
  const RegisterInfo* const info = access.description();
  return info != nullptr && std::ranges::find(kIds, info->id) != std::end(kIds);
}

}  // namespace trivet::tests
