// SPDX-License-Identifier: Apache-2.0 OR MIT
// hal/regs/guest.def against the simulator: with EL2's controls as it has them, a guest that opened
// nothing gets to no register that needs a capability, on any CPU, and to each of the others.

#include "hal/guest_view.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/model/model.h"
#include "sim/pe/pe.h"

namespace trivet::sim {
namespace {

using hal::Capability;
using hal::RegisterId;

/// EL2's controls for a guest with these capabilities, HCR_EL2.E2H clear; EL1 has opened all of its
/// own for EL0.
void Configure(Pe& pe, hal::Capabilities open) {
  pe.set_reserved_bits(ReservedBits::kIgnored);
  pe.SetSgiSink([](Pe&, const SgiRequest&) {});
  pe.Poke(RegisterId::kHcrEl2, hal::HcrEl2().rw(true).imo(true).fmo(true).amo(true).raw());
  pe.Poke(RegisterId::kCptrEl2, 0);
  for (const hal::GuestControlField& field : hal::GuestControlFields()) {
    const hal::RegisterInfo& info = hal::InfoOf(field.id);
    if (info.layout == hal::Layout::kE2hSet || !pe.model().Has(info.needs)) continue;
    const std::uint64_t bits = open.Has(field.capability) ? field.open : field.closed;
    pe.Poke(field.id, (pe.Peek(field.id) & ~field.mask) | bits);
  }
  pe.Poke(RegisterId::kCpacrEl1, ~std::uint64_t{0});
  pe.Poke(RegisterId::kCntkctlEl1, ~std::uint64_t{0});
  pe.Poke(RegisterId::kPmuserenrEl0, ~std::uint64_t{0});
  pe.Poke(RegisterId::kGcscre0El1, hal::Gcscre0El1().ntr(true).raw());
  pe.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().uct(true).uma(true).entp2(true).raw());
}

/// "", "done", or "trapped" to EL2: "" where EL1 takes an exception.
std::string ResultOf(Pe& pe, unsigned el, const Instruction& instruction) {
  pe.set_pstate(el == 0 ? Pstate::FromSpsr(Pstate::kDaif) : Pstate::Masked(el));
  pe.set_x(0, 1023);
  const PeState before = pe.Snapshot();
  const auto exception = Interpreter(pe).Execute(instruction);
  pe.Restore(before);
  if (!exception) return "done";
  return exception->target_el == 2 ? "trapped" : "";
}

std::vector<Profile> Profiles() {
  std::vector<Profile> profiles(AllProfiles().begin(), AllProfiles().end());
  profiles.push_back(SyntheticProfile());
  return profiles;
}

/// A guest's PSTATE, but its writes are trapped by HCRX_EL2.TALLINT; the debugger's channel and
/// DBGPRCR_EL1, trapped where there is FEAT_FGT.
bool IsTrappedToo(RegisterId id) {
  using enum RegisterId;
  for (const RegisterId trapped : {kAllInt, kMdccintEl1, kMdccsrEl0, kDbgdtrEl0, kDbgdtrrxEl0,
                                   kDbgprcrEl1, kOsdtrrxEl1, kOsdtrtxEl1}) {
    if (id == trapped) return true;
  }
  return false;
}

void ExpectReach(const Profile& profile, hal::Capabilities open) {
  Pe pe(profile);
  Configure(pe, open);
  for (const hal::GuestRegister& guest : hal::GuestRegisters()) {
    const bool closed = guest.fate == hal::Fate::kTrapped || !open.Has(guest.capability);
    const bool reached = !closed && guest.fate != hal::Fate::kOffered && !IsTrappedToo(guest.id);
    for (const unsigned el : {1u, 0u}) {
      for (const Instruction& i : {Mrs(0, guest.id), Msr(guest.id, 0)}) {
        const std::string result = ResultOf(pe, el, i);
        const std::string text = profile.name + " EL" + std::to_string(el) + " " +
                                 hal::InfoOf(guest.id).name + (i.op == Op::kMrs ? " r" : " w");
        if (closed) EXPECT_NE(result, "done") << text;
        if (reached) EXPECT_NE(result, "trapped") << text;
      }
    }
  }
}

TEST(GuestView, AClosedRegisterIsOutOfReachAndAnotherIsNot) {
  for (const Profile& profile : Profiles()) ExpectReach(profile, {});
}

TEST(GuestView, EachCapabilityOpensItsRegisters) {
  for (const Profile& profile : {ProfileNamed("max"), SyntheticProfile()}) {
    const auto count = static_cast<unsigned>(Capability::kCount);
    for (unsigned n = static_cast<unsigned>(Capability::kNever) + 1; n < count; ++n) {
      const auto capability = static_cast<Capability>(n);
      SCOPED_TRACE(hal::InfoOf(capability).name);
      ExpectReach(profile, capability);
    }
    ExpectReach(profile, hal::kAllCapabilities);
  }
}

}  // namespace
}  // namespace trivet::sim
