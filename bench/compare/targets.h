// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/result_line.h"

namespace trivet::bench {

/// What the targets printed; one that did not run is absent.
struct Targets {
  std::optional<TargetOutput> simulator;
  std::optional<TargetOutput> el2;
};

/// The result of that name; null when there is none.
const Result* Find(const std::optional<TargetOutput>& target, std::string_view name);

/// True for `limit/...` and `baseline/...`, with which the other rows are compared.
bool IsYardstick(std::string_view name);

/// The instructions of `limit/OPERATION`, for FAMILY/OPERATION.
std::optional<double> LimitOf(std::string_view name, const std::optional<TargetOutput>& el2);

/// Names of all targets that `selected` accepts: the simulator's order, then what only EL2 has;
/// yardsticks last.
std::vector<std::string> Names(const Targets& targets,
                               const std::function<bool(std::string_view)>& selected);

}  // namespace trivet::bench
