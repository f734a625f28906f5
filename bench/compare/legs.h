#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/compare/result_line.h"

namespace trivet::bench {

/// What the legs printed; one that did not run is absent.
struct Legs {
  std::optional<LegOutput> simulator;
  std::optional<LegOutput> el2;
};

/// The result of that name; null when there is none.
const Result* Find(const std::optional<LegOutput>& leg, std::string_view name);

/// True for `limit/...` and `seed/...`, with which the other rows are compared.
bool IsYardstick(std::string_view name);

/// The instructions of `limit/OPERATION`, for FAMILY/OPERATION.
std::optional<double> LimitOf(std::string_view name, const std::optional<LegOutput>& el2);

/// Names of all legs that `selected` accepts: the simulator's order, then what only EL2 has;
/// yardsticks last.
std::vector<std::string> Names(const Legs& legs,
                               const std::function<bool(std::string_view)>& selected);

}  // namespace trivet::bench
