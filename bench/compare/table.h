#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/compare/legs.h"

namespace trivet::bench {

/// All legs side by side, one row per benchmark that `selected` accepts. `FAMILY/operation` is
/// compared with `limit/operation`, where the EL2 leg has one; the limits themselves and the seed's
/// sequences come last. Columns that a leg gives no figures for are left out. A `~` marks
/// instructions that were not the same in every repetition. Empty when no row is selected.
std::string RenderTable(const Legs& legs, const std::function<bool(std::string_view)>& selected);

}  // namespace trivet::bench
