// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/compare/targets.h"

namespace trivet::bench {

/// All targets side by side, one row per benchmark that `selected` accepts. `FAMILY/operation` is
/// compared with `limit/operation`, where the EL2 target has one; the limits themselves and the
/// baseline's sequences come last. Columns that a target gives no figures for are left out. A `~`
/// marks instructions that were not the same in every repetition. Empty when no row is selected.
std::string RenderTable(const Targets& targets,
                        const std::function<bool(std::string_view)>& selected);

}  // namespace trivet::bench
