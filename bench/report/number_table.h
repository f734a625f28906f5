// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

#include "bench/report/run.h"

namespace trivet::bench::report {

/// Every row and what was measured of it, as an HTML table; figures that no row has are left out.
std::string RenderNumberTable(const SavedRun& run);

}  // namespace trivet::bench::report
