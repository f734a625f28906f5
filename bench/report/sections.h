// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "bench/report/charts.h"
#include "bench/report/run.h"

/// Which rows of a run go into which chart.
namespace trivet::bench::report {

/// What enabling and disabling cost as a whole: FAMILY/enable... and FAMILY/disable..., every
/// policy beside the limit and the baseline's sequence, on one CPU. One chart per target and
/// operation that has rows.
std::vector<BarChart> Totals(const SavedRun& run);

/// The steps of both, in the order of the run: `step/NAME` of enable; `step/NAME_undo` and
/// `step/verify` of disable.
std::vector<BarChart> Steps(const SavedRun& run);

/// How many times its limit each row of EL2 takes that has one; without rows when there is none.
BarChart Ratios(const SavedRun& run);

/// One chart per target and figure (ns, cycles) that has samples.
std::vector<SpreadChart> Spreads(const SavedRun& run);

/// Rows named NAME/N for several N. One chart per target that has any.
std::vector<LineChart> ByCpus(const SavedRun& run);

/// What changed since `old`, in percent, of rows that both have; one chart per target that has any.
/// Rows whose cost is the same are left out and counted in the title.
std::vector<BarChart> Differences(const SavedRun& run, const SavedRun& old);

}  // namespace trivet::bench::report
