// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "lab/board/trace/prediction.h"
#include "lab/traces/replayer.h"
#include "sim/instructions/instruction.h"

namespace trivet::lab::board::trace {

/// A line of a trace in the simulated CPU's state before it, and what it is predicted to do.
struct Step {
  const TraceLine& line;
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

}  // namespace trivet::lab::board::trace
