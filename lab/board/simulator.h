#pragma once

#include "lab/board/measurements.h"
#include "sim/profiles/profile.h"

namespace trivet::lab::board {

/// What a simulated CPU answers to the plan.
Answers AskSimulator(const sim::Profile& profile, bool has_e2h, bool has_no_e2h);

/// The CPU that gave `answers`, as its identification registers describe it.
sim::Profile ProfileOf(const Answers& answers, std::string name);

}  // namespace trivet::lab::board
