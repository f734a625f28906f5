// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/scenarios/scenario_runner.h"

#include <format>

#include "hal/registers.h"
#include "lab/traces/decoder.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using hal::ExceptionClass;
using hal::RegisterId;
using Kind = EngineResult::Kind;

/// What every scenario starts from, before its own setup.
constexpr std::string_view kPreparation[] = {
    "W el2h VBAR_EL2 0x40200000",  "W el2h VBAR_EL1 0x40400000",  "W el2h SCTLR_EL2 0x30c50830",
    "W el2h SCTLR_EL1 0x30d00800", "W el2h CPTR_EL2 0x32ff",      "W el2h CPACR_EL1 0x300000",
    "W el2h MDCR_EL2 0x0",         "W el2h CNTHCTL_EL2 0x3",      "W el2h CNTKCTL_EL1 0x303",
    "M 0x40710000 0x7fd",          "M 0x40710008 0x400007fd",     "M 0x40710010 0x800007fd",
    "M 0x40710018 0xc00007fd",     "W el2h VTTBR_EL2 0x40710000", "W el2h VTCR_EL2 0x80023559",
};

constexpr std::uint64_t kVectorOffset = 0x7ff;

ExceptionClass ClassOf(std::uint64_t esr) { return static_cast<ExceptionClass>(esr >> 26 & 0x3f); }

bool IsAbort(std::uint64_t esr) {
  switch (ClassOf(esr)) {
    case ExceptionClass::kInstructionAbortLower:
    case ExceptionClass::kInstructionAbortSame:
    case ExceptionClass::kDataAbortLower:
    case ExceptionClass::kDataAbortSame: return true;
    default: return false;
  }
}

// [arm-arm] ISS.IFSC and DFSC: 0b0011LL is a permission fault at level LL.
bool IsPermissionFault(std::uint64_t esr) { return IsAbort(esr) && (esr & 0x3c) == 0x0c; }

/// Where an engine is known not to follow the architecture.
struct Deviation {
  std::string_view engine;
  bool (*applies)(const sim::Instruction& instruction, const EngineResult& result,
                  const sim::Profile& profile);
  std::string_view reason;
};

constexpr Deviation kDeviations[] = {
    {"qemu",
     [](const sim::Instruction& i, const EngineResult& result, const sim::Profile& profile) {
       return i.op == sim::Op::kSmc && result.kind == Kind::kCompletes && !profile.has_el3;
     },
     "QEMU's machine takes an SMC that nothing traps as a PSCI call; without EL3 it is UNDEFINED"},
    {"sail",
     [](const sim::Instruction& i, const EngineResult& result, const sim::Profile&) {
       const bool memory = i.op == sim::Op::kLoad || i.op == sim::Op::kStore;
       return memory && !i.memory.syndrome_valid && (result.esr.value_or(0) >> 24 & 1) != 0;
     },
     "the Sail model sets ISS.ISV for pairs and exclusives, for which it is 0"},
};

struct Registers {
  RegisterId esr, elr, spsr, far;
};

Registers RegistersOf(unsigned el) {
  if (el == 1)
    return {RegisterId::kEsrEl1, RegisterId::kElrEl1, RegisterId::kSpsrEl1, RegisterId::kFarEl1};
  return {RegisterId::kEsrEl2, RegisterId::kElrEl2, RegisterId::kSpsrEl2, RegisterId::kFarEl2};
}

/// The exception for EL3, which is not simulated: what EL3 would find.
EngineResult ResultAtEl3(const sim::Exception& exception, sim::Pstate pstate) {
  return {.kind = Kind::kException,
          .el = 3,
          .esr = exception.esr,
          .elr = exception.return_address,
          .spsr = pstate.spsr()};
}

bool IsLanding(const sim::Instruction& instruction, const sim::Exception& exception) {
  return instruction.op == sim::Op::kEret &&
         exception.esr == sim::Syndrome(ExceptionClass::kHvc64, Replayer::kLandingHvc);
}

EngineResult Taken(Replayer& replayer, const sim::Exception& exception) {
  const Replayer::Outcome outcome = replayer.Take(exception);
  const sim::Pe& pe = replayer.pe();
  EngineResult result = {
      .kind = Kind::kException, .el = outcome.el, .aarch32 = pe.pstate().aarch32()};
  result.vector = outcome.vector & kVectorOffset;
  // What an exception in AArch32 state leaves behind is in other registers.
  if (result.aarch32) return result;
  const Registers registers = RegistersOf(outcome.el);
  result.elr = pe.Peek(registers.elr);
  result.spsr = pe.Peek(registers.spsr);
  result.pstate = pe.pstate().spsr();
  if (outcome.wrote_esr) result.esr = pe.Peek(registers.esr);
  if (outcome.wrote_far) result.far = pe.Peek(registers.far);
  if (outcome.wrote_hpfar) result.hpfar = pe.Peek(RegisterId::kHpfarEl2);
  return result;
}

void Prepare(Replayer& replayer, std::string_view line) {
  const Replayer::Result result = replayer.Line(line);
  if (result == Replayer::Result::kNothing) return;
  throw sim::Violation(std::format("setup \"{}\": {}", line, replayer.message()));
}

EngineResult Observe(Replayer& replayer, const Scenario& scenario,
                     const sim::Instruction& instruction) {
  for (const std::string_view line : kPreparation) Prepare(replayer, line);
  for (const std::string& line : scenario.setup) Prepare(replayer, line);
  TraceLine line;
  line.level = scenario.level;
  line.x1 = scenario.x1;
  line.daif = scenario.daif;
  line.irq = scenario.irq;
  line.fiq = scenario.fiq;
  const auto exception = replayer.Attempt(line, instruction);
  if (!exception) return {.kind = Kind::kCompletes};
  if (exception->target_el == 3) return ResultAtEl3(*exception, replayer.pe().pstate());
  if (IsLanding(instruction, *exception)) {
    return {.kind = Kind::kLands, .spsr = replayer.pe().pstate().spsr()};
  }
  return Taken(replayer, *exception);
}

const char* NameOf(Kind kind) {
  switch (kind) {
    case Kind::kNone: return "no result";
    case Kind::kCompletes: return "completes";
    case Kind::kLands: return "lands";
    case Kind::kException: return "exception";
  }
  return "?";
}

/// Fields that `want` states and `got` has otherwise.
std::string Differences(const EngineResult& want, const EngineResult& got) {
  if (want.kind != got.kind)
    return std::format("expected {}, got {}", NameOf(want.kind), NameOf(got.kind));
  std::string text;
  const auto differ = [&text](const char* name, std::optional<std::uint64_t> wanted,
                              std::optional<std::uint64_t> value) {
    if (!wanted || wanted == value) return;
    text += std::format("{}{} expected {:#x}, got ", text.empty() ? "" : " ", name, *wanted);
    text += value ? std::format("{:#x};", *value) : "none;";
  };
  differ("EL", want.el, got.el);
  differ("AArch32", want.aarch32, got.aarch32);
  differ("vector", want.vector, got.vector);
  differ("ESR", want.esr, got.esr);
  differ("ELR", want.elr, got.elr);
  differ("SPSR", want.spsr, got.spsr);
  differ("FAR", want.far, got.far);
  differ("HPFAR", want.hpfar, got.hpfar);
  differ("PSTATE", want.pstate, got.pstate);
  return text;
}

}  // namespace

EngineResult Comparable(const EngineResult& result) {
  EngineResult comparable = result;
  if (IsPermissionFault(result.esr.value_or(0))) comparable.hpfar.reset();
  if (comparable.pstate) *comparable.pstate &= ~sim::Pstate::kDit;
  return comparable;
}

ScenarioResult RunScenario(std::shared_ptr<const sim::Model> model, std::string_view engine,
                           const Scenario& scenario, const EngineResult& expected) {
  using Result = ScenarioResult::Kind;
  if (expected.kind == Kind::kNone) return {Result::kSkipped, "no result was recorded"};
  try {
    const bool aarch32 = scenario.level == "svc" || scenario.level == "usr";
    const sim::Instruction instruction =
        aarch32 ? DecodeA32(scenario.word) : DecodeA64(scenario.word);
    for (const Deviation& deviation : kDeviations) {
      if (deviation.engine == engine &&
          deviation.applies(instruction, expected, model->profile())) {
        return {Result::kSkipped, std::string(deviation.reason)};
      }
    }
    Replayer replayer(std::move(model));
    const EngineResult got = Observe(replayer, scenario, instruction);
    const std::string differences = Differences(Comparable(expected), Comparable(got));
    if (differences.empty()) return {Result::kChecked, {}};
    return {Result::kDisagrees, differences};
  } catch (const sim::Violation& violation) {
    return {Result::kSkipped, violation.what()};
  }
}

}  // namespace trivet::lab
