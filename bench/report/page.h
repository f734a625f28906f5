// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

#include "bench/report/run.h"

namespace trivet::bench::report {

/// One HTML page about a run: charts as inline SVG and a table of all numbers. It needs nothing
/// besides itself. `old`: a saved run to compare with; null: none.
std::string RenderPage(const SavedRun& run, const SavedRun* old);

}  // namespace trivet::bench::report
