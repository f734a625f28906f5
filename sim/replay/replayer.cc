#include "sim/replay/replayer.h"

#include <format>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/pe/violation.h"
#include "sim/replay/mnemonics.h"

namespace trivet::sim {
namespace {

using hal::RegisterId;
using ExpectedKind = Expectation::Kind;

constexpr std::uint64_t kRam = 0x4000'0000, kRamSize = 0x4000'0000;
constexpr std::uint64_t kVectorOffset = 0x7ff;

}  // namespace

Pstate PstateOf(std::string_view level, std::uint64_t daif) {
  constexpr std::uint64_t kUsr = Pstate::kAArch32 | 0, kSvc = Pstate::kAArch32 | 3;
  if (level == "usr") return Pstate::FromSpsr((daif & ~Pstate::kD) | kUsr);
  if (level == "svc") return Pstate::FromSpsr((daif & ~Pstate::kD) | kSvc);
  const auto el = static_cast<std::uint64_t>(level[2] - '0');
  const bool handler = level.size() > 3 && level[3] == 'h';
  return Pstate::FromSpsr(daif | el << 2 | (handler ? 1 : 0));
}

std::uint64_t ComparedStates(const Model& model) {
  return model.Has(hal::Feature::kBti) ? ~std::uint64_t{0} : ~Pstate::kSsbs;
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

Replayer::Replayer(std::shared_ptr<const Model> model) : pe_(std::move(model)) {
  pe_.set_reserved_bits(ReservedBits::kIgnored);
  pe_.chooser().Use(Strategy::kAllNew);
  pe_.memory().MapLazily(kRam, kRamSize);
  pe_.memory().set_tables_in_host_memory(false);
}

Instruction Replayer::InstructionOf(const TraceLine& line) {
  if (line.kind == LineKind::kExecute) {
    Instruction instruction = FindMnemonic(line.name);
    if (instruction.op != Op::kMsr) instruction.imm = line.value;
    return instruction;
  }
  const AccessId id = FindAccess(line.name);
  if (!id.valid()) throw Violation(std::format("no register is called {}", line.name));
  return line.kind == LineKind::kRead ? Mrs(0, id) : Msr(id, 0);
}

void Replayer::PrepareState(const TraceLine& line) {
  // Levels are entered by an exception return from EL2h; where that is illegal, the Illegal State
  // exception is what the line shows.
  pe_.set_pstate(Pstate::Masked(2));
  pe_.set_pstate(pe_.ReturnState(PstateOf(line.level, line.daif.value_or(Pstate::kDaif))));
  pe_.set_pc(kPc);
  pe_.set_x(0, line.kind == LineKind::kWrite ? line.value : 0);
  pe_.set_x(1, line.x1.value_or(0));
  if (line.irq != pe_.Line(InterruptClass::kIrq)) pe_.RaiseIrq(line.irq);
  if (line.fiq != pe_.Line(InterruptClass::kFiq)) pe_.RaiseFiq(line.fiq);
}

std::optional<Exception> Replayer::RunToException(const Instruction& instruction) {
  Interpreter interpreter(pe_);
  std::uint64_t physical;
  if (auto interrupt = pe_.DeliverableInterrupt()) return interrupt;
  if (auto fault = interpreter.CheckFetch(&physical)) return fault;
  if (auto exception = interpreter.Execute(instruction)) return exception;
  if (instruction.op != Op::kEret && instruction.op != Op::kRet) return std::nullopt;
  // Memory holds 0, which is UDF, but for one HVC where returns land.
  if (auto interrupt = pe_.DeliverableInterrupt()) return interrupt;
  if (auto fault = interpreter.CheckFetch(&physical)) return fault;
  if (pe_.pc() != kLanding) return interpreter.Undefined();
  return interpreter.Execute(Hvc(kLandingHvc));
}

std::optional<Exception> Replayer::Attempt(const TraceLine& line, const Instruction& instruction) {
  PrepareState(line);
  return RunToException(instruction);
}

Replayer::Outcome Replayer::Take(const Exception& exception) {
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
  } catch (const Violation& violation) {
    const bool counted = line.expected.kind == ExpectedKind::kUnchecked;
    if (line.expected.kind != ExpectedKind::kNone && !counted) ++counts_.skipped;
    if (!counted) message_ = violation.what();
    return Result::kSkipped;
  }
}

}  // namespace trivet::sim
