// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/replayer.h"

#include <format>

#include "hal/registers.h"
#include "lab/traces/mnemonics.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using hal::RegisterId;
using ExpectedKind = Expectation::Kind;

constexpr std::uint64_t kRam = 0x4000'0000, kRamSize = 0x4000'0000;
constexpr std::uint64_t kVectorOffset = 0x7ff;

}  // namespace

sim::Pstate PstateOf(std::string_view level, std::uint64_t daif) {
  constexpr std::uint64_t kUsr = sim::Pstate::kAArch32 | 0, kSvc = sim::Pstate::kAArch32 | 3;
  if (level == "usr") return sim::Pstate::FromSpsr((daif & ~sim::Pstate::kD) | kUsr);
  if (level == "svc") return sim::Pstate::FromSpsr((daif & ~sim::Pstate::kD) | kSvc);
  const auto el = static_cast<std::uint64_t>(level[2] - '0');
  const bool handler = level.size() > 3 && level[3] == 'h';
  return sim::Pstate::FromSpsr(daif | el << 2 | (handler ? 1 : 0));
}

std::uint64_t ComparedStates(const sim::Model& model) {
  return model.Has(hal::Feature::kBti) ? ~std::uint64_t{0} : ~sim::Pstate::kSsbs;
}

namespace {

struct SavedRegisters {
  RegisterId esr, elr, spsr, far;
};

constexpr SavedRegisters SavedBy(unsigned el) {
  if (el == 1)
    return {RegisterId::kEsrEl1, RegisterId::kElrEl1, RegisterId::kSpsrEl1, RegisterId::kFarEl1};
  return {RegisterId::kEsrEl2, RegisterId::kElrEl2, RegisterId::kSpsrEl2, RegisterId::kFarEl2};
}

}  // namespace

Replayer::Replayer(std::shared_ptr<const sim::Model> model) : pe_(std::move(model)) {
  pe_.set_reserved_bits(sim::ReservedBits::kIgnored);
  pe_.chooser().Use(sim::Strategy::kAllNew);
  pe_.memory().MapLazily(kRam, kRamSize);
  pe_.memory().set_tables_in_host_memory(false);
}

sim::Instruction Replayer::InstructionOf(const TraceLine& line) {
  if (line.kind == LineKind::kExecute) {
    sim::Instruction instruction = FindMnemonic(line.name);
    if (instruction.op != sim::Op::kMsr) instruction.imm = line.value;
    return instruction;
  }
  const sim::AccessId id = sim::FindAccess(line.name);
  if (!id.valid()) throw sim::Violation(std::format("no register is called {}", line.name));
  return line.kind == LineKind::kRead ? sim::Mrs(0, id) : sim::Msr(id, 0);
}

void Replayer::PrepareState(const TraceLine& line) {
  // Levels are entered by an exception return from EL2h; where that is illegal, the Illegal State
  // exception is what the line shows.
  pe_.set_pstate(sim::Pstate::Masked(2));
  pe_.set_pstate(pe_.ReturnState(PstateOf(line.level, line.daif.value_or(sim::Pstate::kDaif))));
  pe_.set_pc(kPc);
  pe_.set_x(0, line.kind == LineKind::kWrite ? line.value : 0);
  pe_.set_x(1, line.x1.value_or(0));
  if (line.irq != pe_.Line(sim::InterruptClass::kIrq)) pe_.RaiseIrq(line.irq);
  if (line.fiq != pe_.Line(sim::InterruptClass::kFiq)) pe_.RaiseFiq(line.fiq);
}

std::optional<sim::Exception> Replayer::RunToException(const sim::Instruction& instruction) {
  sim::Interpreter interpreter(pe_);
  std::uint64_t physical;
  if (auto interrupt = pe_.DeliverableInterrupt()) return interrupt;
  if (auto fault = interpreter.CheckFetch(&physical)) return fault;
  if (auto exception = interpreter.Execute(instruction)) return exception;
  if (instruction.op != sim::Op::kEret && instruction.op != sim::Op::kRet) return std::nullopt;
  // Memory holds 0, which is UDF, but for one HVC where returns land.
  if (auto interrupt = pe_.DeliverableInterrupt()) return interrupt;
  if (auto fault = interpreter.CheckFetch(&physical)) return fault;
  if (pe_.pc() != kLanding) return interpreter.Undefined();
  return interpreter.Execute(sim::Hvc(kLandingHvc));
}

std::optional<sim::Exception> Replayer::Attempt(const TraceLine& line,
                                                const sim::Instruction& instruction) {
  PrepareState(line);
  return RunToException(instruction);
}

Replayer::Outcome Replayer::Take(const sim::Exception& exception) {
  Outcome outcome = {.exception = true,
                     .el = exception.target_el,
                     .kind = exception.kind,
                     .wrote_far = exception.far.has_value(),
                     .wrote_hpfar = exception.hpfar.has_value(),
                     .wrote_esr = exception.esr.has_value()};
  outcome.vector = pe_.TakeException(exception);
  return outcome;
}

std::string Replayer::Describe(const Outcome& outcome) const {
  if (!outcome.exception) return std::format("ok x0={:x}", pe_.x(0));
  const SavedRegisters regs = SavedBy(outcome.el);
  std::string text = std::format(
      "EL{}+{:x} esr={:x} elr={:x} spsr={:x}", outcome.el, outcome.vector & kVectorOffset,
      outcome.wrote_esr ? pe_.Peek(regs.esr) : 0, pe_.Peek(regs.elr), pe_.Peek(regs.spsr));
  if (outcome.wrote_far) text += std::format(" far={:x}", pe_.Peek(regs.far));
  if (outcome.wrote_hpfar) text += std::format(" hpfar={:x}", pe_.Peek(RegisterId::kHpfarEl2));
  if (outcome.el == 2) text += std::format(" pst={:x}", pe_.pstate().spsr());
  return text;
}

std::string Replayer::Differences(const TraceLine& line, const Outcome& outcome) const {
  const Expectation& e = line.expected;
  const bool wants_exception = e.kind == ExpectedKind::kException;
  if (wants_exception != outcome.exception) return "outcome";
  if (!wants_exception) return e.x0 && *e.x0 != pe_.x(0) ? "x0" : "";
  std::string text;
  const auto differ = [&text](const char* name, std::optional<std::uint64_t> want,
                              std::uint64_t got) {
    if (want && *want != got) text += std::format("{} ", name);
  };
  const SavedRegisters regs = SavedBy(outcome.el);
  if (e.el != outcome.el) return "level";
  differ("vector", e.offset, outcome.vector & kVectorOffset);
  // ESR is not written for IRQ and FIQ, FAR only by aborts, HPFAR only by some.
  if (outcome.wrote_esr) differ("esr", e.esr, pe_.Peek(regs.esr));
  differ("elr", e.elr, pe_.Peek(regs.elr));
  const std::uint64_t states = ComparedStates(pe_.model());
  if (e.spsr) differ("spsr", *e.spsr & states, pe_.Peek(regs.spsr) & states);
  differ("far", e.far, pe_.Peek(regs.far));
  differ("hpfar", e.hpfar, pe_.Peek(RegisterId::kHpfarEl2));
  if (e.pst) differ("pst", *e.pst & kComparedPstate, pe_.pstate().spsr() & kComparedPstate);
  const std::uint64_t elr = pe_.Peek(regs.elr);
  if (e.elr_is_pc && elr != kPc && elr != kPc + 4) text += "elr ";
  return text;
}

Replayer::Result Replayer::Compare(const TraceLine& line, const Outcome& outcome) {
  if (line.expected.kind == ExpectedKind::kNone) return Result::kNothing;
  if (line.expected.kind == ExpectedKind::kUnchecked) return Result::kSkipped;
  ++counts_.checked;
  const std::string differences = Differences(line, outcome);
  if (differences.empty()) return Result::kChecked;
  ++counts_.disagreements;
  message_ = std::format("got {} ({})", Describe(outcome), differences);
  return Result::kDisagrees;
}

Replayer::Result Replayer::Line(std::string_view text) {
  TraceLine line;
  if (!ParseTraceLine(text, line, message_)) return Result::kMalformed;
  if (line.kind == LineKind::kNothing) return Result::kNothing;
  if (line.kind == LineKind::kMemory) {
    pe_.memory().Write(line.address, line.value, 8);
    return Result::kNothing;
  }
  if (line.expected.kind == ExpectedKind::kUnchecked) {
    ++counts_.skipped;
    message_ = kMarked;
  }
  try {
    const auto exception = Attempt(line, InstructionOf(line));
    return Compare(line, exception ? Take(*exception) : Outcome());
  } catch (const sim::Violation& violation) {
    const bool counted = line.expected.kind == ExpectedKind::kUnchecked;
    if (line.expected.kind != ExpectedKind::kNone && !counted) ++counts_.skipped;
    if (!counted) message_ = violation.what();
    return Result::kSkipped;
  }
}

}  // namespace trivet::lab
