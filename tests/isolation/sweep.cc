// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/sweep.h"

#include "hal/exception_class.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions
using vcpu::ExitReason;

constexpr std::uint64_t kScratch = 0x1000, kCode = 0x1'0000;
constexpr std::uint64_t kCodeSize = 8;
constexpr std::uint16_t kDone = 1;
static_assert(kCode + Access::kCount * kCodeSize <= kGuestSize);

constexpr std::uint64_t OffsetOf(Access access) { return kCode + access.index() * kCodeSize; }

/// The end of a run by the guest's own vectors.
Outcome OutcomeInGuest(std::uint64_t code) {
  const auto esr = vectors::Syndrome::FromRaw(GuestRegister<EsrEl1>().raw());
  const std::uint64_t at = GuestRegister<ElrEl1>().raw();
  const bool is_svc = esr.exception_class() == ExceptionClass::kSvc64;
  if (is_svc) return at == code + kCodeSize ? Outcome::kPerformed : Outcome::kOther;
  if (at != code) return Outcome::kOther;
  return esr.exception_class() == ExceptionClass::kUnknown ? Outcome::kUndefined
                                                           : Outcome::kGuestTrap;
}

Outcome OutcomeOf(IsolationRig& rig, const IsolationRig::Stop& stop, std::uint64_t code) {
  const vectors::Syndrome syndrome = stop.exit.syndrome;
  if (stop.timed_out) return Outcome::kHung;
  if (syndrome.IsHvc(kDone)) return Outcome::kPerformed;
  if (stop.exit.reason == ExitReason::kHypercall) return OutcomeInGuest(code);
  if (rig.guest().frame().pc != code) return Outcome::kOther;
  return stop.exit.reason == ExitReason::kDataAbort ? Outcome::kFaulted : Outcome::kTrapped;
}

}  // namespace

const char* ToString(Outcome outcome) {
  constexpr const char* kNames[kOutcomes] = {"trapped", "undefined", "trapped to EL1", "performed",
                                             "faulted", "hung",      "other"};
  return kNames[static_cast<unsigned>(outcome)];
}

void WriteAccessCode(std::uint64_t pstate) {
  const std::uint32_t last = pstate == kAtEl0 ? Svc(kDone) : Hvc(kDone);
  for (unsigned i = 0; i < Access::kCount; ++i) {
    GuestWord(OffsetOf(Access(i))) = Access(i).word();
    GuestWord(OffsetOf(Access(i)) + 4) = last;
  }
  PublishGuestWords(kCode, Access::kCount * kCodeSize);
}

Attempt Try(IsolationRig& rig, Access access, std::uint64_t pstate, std::uint64_t value) {
  const std::uint64_t code = kGuestBase + OffsetOf(access);
  vectors::GuestFrame& frame = rig.guest().frame();
  frame.x[0] = value;
  frame.pc = code;
  frame.pstate = pstate;
  IsolationRig::Stop stop = rig.Resume();
  // Time may pass before its first instruction, or end by chance while it runs: hung is what does
  // not end in the whole of another interval.
  bool again = true;
  while (stop.timed_out && (again || frame.pc == code)) {
    again = frame.pc == code;
    rig.StartWatchdog();
    stop = rig.Resume();
  }
  const Attempt attempt = {.outcome = OutcomeOf(rig, stop, code), .result = frame.x[0]};
  if (!access.is_read()) IsolationRig::ResetGuestControls();
  return attempt;
}

std::uint64_t ValueFor(Access access) {
  if (access.is_instruction()) return kGuestBase + kScratch;
  constexpr std::uint64_t kOdd = 0x9e37'79b9'7f4a'7c15;  // 2^64 / golden ratio
  constexpr std::uint64_t kEnable = 1, kSomeOfEachByte = 0xa1;
  const std::uint64_t value = (access.index() + 1) * kOdd | kSomeOfEachByte;
  const Encoding encoding = access.encoding();
  const bool acts = encoding == kInfo<SctlrEl1>.encoding || encoding == kInfo<CntvCtlEl0>.encoding;
  return acts ? value & ~kEnable : value;
}

}  // namespace trivet::tests
