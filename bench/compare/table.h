#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "bench/compare/result_line.h"

namespace trivet::bench {

/// Both legs side by side, one row per benchmark that `selected` accepts. `FAMILY/operation` is
/// compared with `limit/operation`, where the EL2 leg has one; the limits themselves and the seed's
/// sequences come last. A leg that did not run is absent. Empty when no row is selected.
std::string RenderTable(const std::optional<LegOutput>& simulator,
                        const std::optional<LegOutput>& el2,
                        const std::function<bool(std::string_view)>& selected);

}  // namespace trivet::bench
