// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "lab/board/trace/operations.h"

namespace trivet::lab::board::trace {

/// Chooses where the memory of traces is: where they have it, or else at a distance from there.
/// Null, or why they cannot be run here.
const char* FindPlace();

/// Makes the memory of traces theirs: empty but for the vectors and the monitor. EL2, DAIF masked.
void PrepareStage();

/// Lets the monitor raise interrupt lines. Where the interrupt controller cannot, operations that
/// need one become kImpossible.
void PrepareInterrupts();

/// Runs the first `count` operations, at most kBatch.
void RunBatch(const Operation* operations, Outcome* outcomes, std::size_t count);

}  // namespace trivet::lab::board::trace
