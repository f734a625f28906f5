// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/prediction.h"

#include <format>

namespace trivet::lab::board::trace {
namespace {

using hal::RegisterId;

static_assert(kPc == Replayer::kPc && kLanding == Replayer::kLanding);

constexpr std::uint64_t kOffset = 0x7ff;

bool IsInterrupt(std::uint64_t what) { return (what & 0x180) != 0; }

}  // namespace

Prediction PredictionOf(Replayer& replayer, const Replayer::Outcome& taken) {
  const sim::Pe& pe = replayer.pe();
  Prediction prediction = {.kind = taken.kind,
                           .wrote_esr = taken.wrote_esr,
                           .wrote_far = taken.wrote_far,
                           .wrote_hpfar = taken.wrote_hpfar};
  Outcome& outcome = prediction.outcome;
  outcome.x0 = pe.x(0);
  if (!taken.exception) return prediction;
  const bool el1 = taken.el == 1;
  outcome.what = std::uint64_t{taken.el} << 12 | (taken.vector & kOffset);
  outcome.esr = pe.Peek(el1 ? RegisterId::kEsrEl1 : RegisterId::kEsrEl2);
  outcome.elr = pe.Peek(el1 ? RegisterId::kElrEl1 : RegisterId::kElrEl2);
  outcome.spsr = pe.Peek(el1 ? RegisterId::kSpsrEl1 : RegisterId::kSpsrEl2);
  outcome.far = pe.Peek(el1 ? RegisterId::kFarEl1 : RegisterId::kFarEl2);
  outcome.hpfar = pe.Peek(RegisterId::kHpfarEl2);
  outcome.pstate = pe.pstate().spsr();
  return prediction;
}

std::string DifferencesFrom(const Prediction& prediction, const Outcome& target,
                            const TraceLine& line, const sim::Model& model) {
  const Outcome& ours = prediction.outcome;
  if (ours.what != target.what) return "outcome";
  if (prediction.completes()) return line.expected.x0 && ours.x0 != target.x0 ? "x0" : "";
  std::string text;
  const auto differ = [&text](const char* name, std::uint64_t one, std::uint64_t other) {
    if (one != other) text += std::format("{}{}", text.empty() ? "" : " ", name);
  };
  const std::uint64_t states = ComparedStates(model);
  if (prediction.wrote_esr) differ("esr", ours.esr, target.esr);
  // An interrupt is taken before the instruction or behind it.
  const bool either = IsInterrupt(target.what) && (target.elr == kPc || target.elr == kPc + 4);
  if (!either) differ("elr", ours.elr, target.elr);
  differ("spsr", ours.spsr & states, target.spsr & states);
  if (prediction.wrote_far) differ("far", ours.far, target.far);
  if (prediction.wrote_hpfar) differ("hpfar", ours.hpfar, target.hpfar);
  differ("pst", ours.pstate & kComparedPstate & states, target.pstate & kComparedPstate & states);
  return text;
}

std::string DifferencesFrom(const Expectation& expected, const Outcome& target,
                            const sim::Model& model) {
  const bool taken = expected.kind == Expectation::Kind::kException;
  const std::uint64_t what = taken ? std::uint64_t{expected.el} << 12 | expected.offset : 0;
  if (what != target.what) return "outcome";
  if (!taken) return expected.x0 && *expected.x0 != target.x0 ? "x0" : "";
  std::string text;
  const auto differ = [&text](const char* name, const std::optional<std::uint64_t>& want,
                              std::uint64_t got, std::uint64_t mask) {
    if (want && (*want & mask) != (got & mask)) {
      text += std::format("{}{}", text.empty() ? "" : " ", name);
    }
  };
  const std::uint64_t all = ~std::uint64_t{0}, states = ComparedStates(model);
  if (!IsInterrupt(target.what)) differ("esr", expected.esr, target.esr, all);
  differ("elr", expected.elr, target.elr, all);
  if (expected.elr_is_pc && target.elr != kPc && target.elr != kPc + 4) text += " elr";
  differ("spsr", expected.spsr, target.spsr, states);
  differ("far", expected.far, target.far, all);
  differ("hpfar", expected.hpfar, target.hpfar, all);
  differ("pst", expected.pst, target.pstate, kComparedPstate & states);
  return text;
}

std::string Describe(const Outcome& outcome) {
  if (outcome.what == 0) return std::format("ok x0={:x}", outcome.x0);
  return std::format("EL{}+{:x} esr={:x} elr={:x} spsr={:x} far={:x} hpfar={:x} pst={:x}",
                     outcome.what >> 12, outcome.what & kOffset, outcome.esr, outcome.elr,
                     outcome.spsr, outcome.far, outcome.hpfar, outcome.pstate);
}

}  // namespace trivet::lab::board::trace
