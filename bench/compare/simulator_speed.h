// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>
#include <string>

#include "bench/compare/result_line.h"

namespace trivet::bench {

/// What simulating costs, as ratios within one run, each with its aim: a line for each ratio whose
/// rows are there. A busy machine spoils single runs, so that these are figures for a person and
/// fail nothing.
std::string SimulatorSpeed(const std::optional<TargetOutput>& simulator);

}  // namespace trivet::bench
