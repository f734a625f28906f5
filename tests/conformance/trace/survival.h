#pragma once

#include "sim/instructions/instruction.h"
#include "sim/replay/replayer.h"
#include "tests/conformance/trace/prediction.h"

namespace trivet::conformance::trace {

/// A line of a trace in the simulated CPU's state before it, and what it is predicted to do.
struct Step {
  const sim::TraceLine& line;
  const sim::Instruction& instruction;
  std::uint64_t hcr;  ///< HCR_EL2 before.
  const Prediction& prediction;
  bool on_qemu;
};

/// Null, or why a machine must not run this: it would not come back. `pe` is in
/// the state after the step.
const char* FindDanger(const Step& step, const sim::Pe& pe);

/// The same for what would change under the step: a register of cautions.def. `pe` is in the state
/// before the step.
const char* FindCaution(const Step& step, const sim::Pe& pe);

}  // namespace trivet::conformance::trace
