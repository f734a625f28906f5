// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "lab/board/measurements.h"
#include "sim/profiles/profile.h"

namespace trivet::lab::board {

/// Runs the plan on a simulated CPU.
Measurements MeasureSimulator(const sim::Profile& profile, bool has_e2h, bool has_no_e2h);

/// The CPU of `measured`, as its identification registers describe it.
sim::Profile ProfileOf(const Measurements& measured, std::string name);

}  // namespace trivet::lab::board
