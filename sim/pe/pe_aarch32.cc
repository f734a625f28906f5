// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/routing.h"

/// AArch32 at EL0 and EL1: which levels use it, and exceptions that EL1 takes in AArch32 state.
namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

/// One row of the AArch32 vector table. [arm-arm] G1 "AArch32 state exception handling"; the link
/// registers by D1 "Mapping of the general-purpose registers between the Execution states".
struct AArch32Vector {
  std::uint64_t offset, mode;
  RegisterId spsr;
  unsigned link;              ///< X register that holds LR_<mode>.
  std::uint64_t return_skip;  ///< LR minus the address of the instruction the exception belongs to.
  std::uint64_t masks;        ///< Set in CPSR, beside I.
};

constexpr AArch32Vector kUndefined = {0x04, 0x1b, RegisterId::kSpsrUnd, 22, 4, 0};
constexpr AArch32Vector kSupervisorCall = {0x08, 0x13, RegisterId::kSpsrEl1, 18, 0, 0};
constexpr AArch32Vector kPrefetchAbort = {0x0c, 0x17, RegisterId::kSpsrAbt, 20, 4, Pstate::kA};
constexpr AArch32Vector kDataAbort = {0x10, 0x17, RegisterId::kSpsrAbt, 20, 8, Pstate::kA};
constexpr AArch32Vector kIrq = {0x18, 0x12, RegisterId::kSpsrIrq, 16, 4, Pstate::kA};
constexpr AArch32Vector kFiq = {0x1c, 0x11, RegisterId::kSpsrFiq, 30, 4, Pstate::kA | Pstate::kF};

const AArch32Vector& VectorFor(const Exception& exception) {
  switch (exception.kind) {
    case VectorKind::kIrq: return kIrq;
    case VectorKind::kFiq: return kFiq;
    case VectorKind::kSError: return kDataAbort;
    case VectorKind::kSync: break;
  }
  switch (static_cast<ExceptionClass>(exception.esr.value_or(0) >> 26)) {
    case ExceptionClass::kSvc32: return kSupervisorCall;
    case ExceptionClass::kInstructionAbortLower:
    case ExceptionClass::kInstructionAbortSame:
    case ExceptionClass::kPcAlignment: return kPrefetchAbort;
    case ExceptionClass::kDataAbortLower:
    case ExceptionClass::kDataAbortSame: return kDataAbort;
    // What has a class of its own in AArch64 state is an Undefined Instruction here.
    default: return kUndefined;
  }
}

// SCTLR bits whose meaning in AArch32 state is their own. [arm-arm] SCTLR.
constexpr std::uint64_t kHighVectors = 1 << 13, kBigEndian = 1 << 25, kThumb = 1 << 30;
constexpr std::uint64_t kHighBase = 0xffff'0000, kVbar32Base = 0xffff'ffe0;
constexpr std::uint64_t kT = 1 << 5, kE = 1 << 9;

}  // namespace

/// HCR_EL2 as far as it decides which levels use AArch32.
HcrEl2 Pe::DecideStates() {
  return HcrEl2::FromRaw(Decide(RegisterId::kHcrEl2, kE2hTge.raw() | HcrEl2().rw(true).raw()));
}

/// [arm-arm] ELStateUsingAArch32K: HCR_EL2.RW decides, except for the host, where it behaves as 1.
bool Pe::El1UsesAArch32(HcrEl2 hcr) const {
  return model_->Has(hal::Feature::kAArch32El1) && !hcr.rw() && !(hcr.e2h() && hcr.tge());
}

/// Whether an exception from here to EL1 is taken in AArch32 state.
bool Pe::TakesInAArch32(unsigned target_el) {
  if (target_el != 1 || !state_.pstate.aarch32()) return false;
  return state_.pstate.el() == 1 || El1UsesAArch32(DecideStates());
}

/// Whether the level just below `target_el` uses AArch32, for an exception from here. [arm-arm]
/// AArch64.TakeException, lower_32.
bool Pe::LowerUsesAArch32(unsigned target_el) {
  if (!state_.pstate.aarch32()) return false;
  if (target_el == 1 || state_.pstate.el() == 1) return true;
  const HcrEl2 hcr = DecideStates();
  return (hcr.e2h() && hcr.tge()) || El1UsesAArch32(hcr);
}

/// [arm-arm] AArch32.EnterMode. The fault status registers are not written.
std::uint64_t Pe::EnterAArch32El1(const Exception& exception) {
  const AArch32Vector& vector = VectorFor(exception);
  const std::uint64_t control = kHighVectors | kBigEndian | kThumb;
  const std::uint64_t sctlr = Decide(RegisterId::kSctlrEl1, control);
  const bool high = (sctlr & kHighVectors) != 0;
  const std::uint64_t base =
      high ? kHighBase : Decide(RegisterId::kVbarEl1, kVbar32Base) & kVbar32Base;
  Poke(vector.spsr, state_.pstate.spsr());
  set_x(vector.link, exception.return_address + vector.return_skip);
  Pstate entered = state_.pstate;
  constexpr std::uint64_t kReplaced = Pstate::kAArch32 | Pstate::kModeMask | kT | kE | Pstate::kIl;
  constexpr std::uint64_t kIt = 0x600'fc00;
  entered.Set(kReplaced | kIt, vector.mode | ((sctlr & kThumb) != 0 ? kT : 0) |
                                   ((sctlr & kBigEndian) != 0 ? kE : 0));
  entered.Set(Pstate::kI | vector.masks, true);
  if (SetsPan(1)) entered.Set(Pstate::kPan, true);
  set_pstate(entered);
  state_.pc = base + vector.offset;
  Synchronize();
  trace_.Add(EventKind::kExceptionEntry, RegisterId::kCount, state_.pc);
  return state_.pc;
}

}  // namespace trivet::sim
