// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/enter_guest.h"

#include <optional>

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
#include "vectors/chain_code.h"
#include "vectors/sim/chain_table.h"
#include "vectors/sim/tables.h"
#include "vectors/table_layout.h"

namespace trivet::vectors {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

void LoadGuest(sim::Pe& pe, const GuestFrame& frame) {
  Cpu::Write<ElrEl2>(ElrEl2::FromRaw(frame.pc));
  Cpu::Write<SpsrEl2>(SpsrEl2::FromRaw(frame.pstate));
  for (unsigned n = 0; n < std::size(frame.x); ++n) pe.set_x(n, frame.x[n]);
}

void SaveGuest(const sim::Pe& pe, GuestFrame& frame) {
  for (unsigned n = 0; n < std::size(frame.x); ++n) frame.x[n] = pe.x(n);
  frame.pc = Cpu::Read<ElrEl2>().raw();
  frame.pstate = Cpu::Read<SpsrEl2>().raw();
}

InPlaceHook HookFor(const GuestFrame& frame, ExitVector vector) {
  switch (vector) {
    case ExitVector::kSynchronous: return frame.in_place.synchronous;
    case ExitVector::kIrq: return frame.in_place.irq;
    case ExitVector::kFiq: return frame.in_place.fiq;
    case ExitVector::kSError: return frame.in_place.serror;
    default: return nullptr;
  }
}

/// What an exit slot does when there is a hook, up to the hook's return.
InPlace ServeInPlace(sim::Pe& pe, GuestFrame& frame, InPlaceHook hook) {
  InPlaceExit exit = {.pc = Cpu::Read<ElrEl2>().raw(),
                      .pstate = GuestPstate::OfExit(Cpu::Read<SpsrEl2>().raw()),
                      .guest = &frame};
  for (unsigned n = 0; n < std::size(frame.x); ++n) {
    if (InPlaceExit::Has(n)) exit.x(n) = pe.x(n);
  }
  const InPlace verdict = hook(exit);
  Cpu::Write<ElrEl2>(ElrEl2::FromRaw(exit.pc));
  Cpu::Write<SpsrEl2>(SpsrEl2::FromRaw(exit.pstate));
  for (unsigned n = 0; n < std::size(frame.x); ++n) {
    if (InPlaceExit::Has(n)) pe.set_x(n, exit.x(n));
  }
  return verdict;
}

/// The slot that an exit to `vector` reaches, of Trivet's table or one with a finder; nullopt: of
/// neither. A chain table does its first instruction.
std::optional<std::uint64_t> ExitOffset(std::uint64_t vector) {
  const auto after_push = FollowChain(vector);
  const std::uint64_t slot = after_push ? *after_push - sizeof(kPushX0X1) : vector;
  const std::uint64_t offset = slot % kTableSize;
  return IsTable(slot - offset) ? std::optional(offset) : std::nullopt;
}

/// ERET, and what the guest leaves through. The exit must land in our table: another VBAR_EL2 is a
/// bug of the caller's.
ExitVector RunToExit(sim::Pe& pe) {
  pe.ExceptionReturn();
  const std::optional<std::uint64_t> offset = ExitOffset(pe.RunLowerEl());
  if (!offset || *offset < kLowerElOffset) {
    throw sim::Violation("a guest exit went to vectors that are not Trivet's");
  }
  return static_cast<ExitVector>((*offset - kLowerElOffset) / kSlotSize);
}

}  // namespace

/// What enter_guest.S and the exit slots do.
extern "C" EnteredGuest TrivetEnterGuest(GuestFrame* frame) {
  sim::Pe& pe = sim::ScopedPe::Current();
  if (!IsGuestPstate(frame->pstate)) return {frame, ExitVector::kRefused};
  LoadGuest(pe, *frame);
  for (;;) {
    const ExitVector vector = RunToExit(pe);
    const InPlaceHook hook = HookFor(*frame, vector);
    if (hook != nullptr && ServeInPlace(pe, *frame, hook) == InPlace::kResume) continue;
    SaveGuest(pe, *frame);
    return {frame, vector};
  }
}

}  // namespace trivet::vectors
