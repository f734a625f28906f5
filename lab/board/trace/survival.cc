// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/survival.h"

#include "lab/board/plan.h"
#include "sim/model/model.h"

namespace trivet::lab::board::trace {
namespace {

using hal::ExceptionClass;
using hal::HcrEl2;
using hal::RegisterId;
using sim::Op;
using sim::Pstate;

bool IsIn(std::uint64_t address, std::uint64_t start, std::uint64_t size) {
  return address >= start && address - start < size;
}

bool HasVectors(std::uint64_t vbar) {
  return IsIn(vbar, kEl2Arena, kArenaSize) || IsIn(vbar, kEl1Arena, kArenaSize);
}

bool IsTraceMemory(std::uint64_t address) {
  const bool monitor = IsIn(address, kMonitor, 0x10'0000);
  return IsIn(address, kMemoryStart, kMemoryEnd - kMemoryStart) && !monitor;
}

/// Completions and exceptions of EL1 end in an HVC.
const char* NoWayBack(const Step& step) {
  const auto hcr = HcrEl2::FromRaw(step.hcr);
  const bool from_el2 = step.line.level.starts_with("el2");
  const bool by_hvc = step.prediction.completes() ? !from_el2 : step.prediction.el() == 1;
  const bool svc_to_el2 = step.line.level == "el0" && hcr.tge();
  if (by_hvc && hcr.hcd() && !svc_to_el2) return "HCR_EL2.HCD leaves no way back from EL1";
  if (step.on_qemu && step.line.level == "el0" && !hcr.rw() && !hcr.tge()) {
    return "QEMU hangs after an illegal return to EL0 in AArch64 state with HCR_EL2.RW 0";
  }
  return nullptr;
}

const char* Stops(const Step& step) {
  const Op op = step.instruction.op;
  if (step.prediction.completes() && (op == Op::kWfi || op == Op::kWfe)) {
    return "it may wait for ever";
  }
  const bool trapped =
      step.prediction.el() == 2 && ClassOf(step.prediction.outcome) == ExceptionClass::kSmc64;
  if (op == Op::kSmc && !trapped && step.line.level != "el0") {
    return "an SMC that is not trapped is the firmware's";
  }
  return nullptr;
}

/// An exception taken from AArch32 state, or to it.
bool IsAArch32(const Step& step) {
  const Outcome& outcome = step.prediction.outcome;
  return !step.prediction.completes() && ((outcome.spsr | outcome.pstate) & Pstate::kAArch32) != 0;
}

/// A return, or an access, to where nothing is the trace's.
bool IsElsewhere(const Step& step) {
  if (HcrEl2::FromRaw(step.hcr).vm())
    return false;  // stage 2 decides, and its tables are the trace's
  const Op op = step.instruction.op;
  const Outcome& outcome = step.prediction.outcome;
  const bool returned = op == Op::kEret || op == Op::kRet;
  const bool found_nothing =
      !step.prediction.completes() && ClassOf(outcome) == ExceptionClass::kUnknown;
  if (returned && found_nothing) return outcome.elr != kPc && !IsTraceMemory(outcome.elr);
  const bool accesses = op == Op::kLoad || op == Op::kStore;
  return accesses && step.prediction.completes() && !IsTraceMemory(step.line.x1.value_or(0));
}

constexpr std::uint64_t kM = 1 << 0, kEe = 1 << 25;  // SCTLR_ELx
constexpr std::uint64_t kSs = 1 << 0;                // MDSCR_EL1

}  // namespace

const char* FindDanger(const Step& step, const sim::Pe& pe) {
  if (const char* const danger = NoWayBack(step)) return danger;
  if (const char* const danger = Stops(step)) return danger;
  if (IsAArch32(step)) return "it enters AArch32 state";
  if (IsElsewhere(step)) return "it goes to an address outside the trace's memory";
  if (step.line.irq && step.line.fiq) return "only one line can be asserted at a time";
  if (!HasVectors(pe.Peek(RegisterId::kVbarEl2))) return "VBAR_EL2 would leave the arenas";
  if (!HasVectors(pe.Peek(RegisterId::kVbarEl1))) return "VBAR_EL1 would leave the arenas";
  const std::uint64_t sctlr2 = pe.Peek(RegisterId::kSctlrEl2);
  if ((sctlr2 & (kM | kEe)) != 0) return "SCTLR_EL2.M or EE would be set";
  if ((pe.Peek(RegisterId::kSctlrEl1) & kM) != 0) return "SCTLR_EL1.M would be set";
  if ((pe.Peek(RegisterId::kMdscrEl1) & kSs) != 0) return "MDSCR_EL1.SS would be set";
  return nullptr;
}

const char* FindCaution(const Step& step, const sim::Pe& pe) {
  const bool reads = step.instruction.op == Op::kMrs;
  if (!step.prediction.completes() || !step.instruction.reg.valid()) return nullptr;
  if (!step.instruction.reg.is_register()) return nullptr;
  const hal::RegisterInfo& info = hal::InfoOf(step.instruction.reg.reg());
  const Caution caution = CautionOf(info);
  // The virtual interface has the trace's interrupts alone.
  const bool is_virtual =
      step.line.level.starts_with("el1") && (step.hcr & sim::RedirectingBits(info.id)) != 0;
  if (reads) return caution.unread && !is_virtual ? caution.reason : nullptr;
  const bool own = info.id == RegisterId::kDaif;  // every line has a PSTATE of its own
  const std::uint64_t changed = step.line.value ^ pe.Peek(info.id);
  return !own && (changed & caution.untouched) != 0 ? caution.reason : nullptr;
}

}  // namespace trivet::lab::board::trace
