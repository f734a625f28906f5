#include "vectors/enter_guest.h"

#include "hal/cpu.h"
#include "sim/pe.h"
#include "sim/scoped_pe.h"
#include "sim/violation.h"
#include "vectors/chain_code.h"
#include "vectors/sim/chain_table.h"
#include "vectors/sim/slots.h"
#include "vectors/table.h"

namespace trivet::vectors {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

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

}  // namespace

/// The slot of Trivet's table that an exit to `vector` reaches. A chain table does its first
/// instruction.
std::uint64_t ExitOffset(std::uint64_t vector) {
  const auto after_push = FollowChain(vector);
  const std::uint64_t slot = after_push ? *after_push - sizeof(kPushX0X1) : vector;
  return slot - TableBase();
}

/// What enter_guest.S does. The exit must land in our table: another VBAR_EL2 is a bug of the
/// caller's.
extern "C" ExitVector TrivetEnterGuest(GuestFrame* frame) {
  sim::Pe& pe = sim::ScopedPe::Current();
  LoadGuest(pe, *frame);
  pe.ExceptionReturn();
  const std::uint64_t offset = ExitOffset(pe.RunLowerEl());
  if (offset < kLowerElOffset || offset >= kTableSize) {
    throw sim::Violation("a guest exit went to vectors that are not Trivet's");
  }
  SaveGuest(pe, *frame);
  return static_cast<ExitVector>((offset - kLowerElOffset) / 0x80);
}

}  // namespace trivet::vectors
