// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string_view>

namespace benchmark::internal {

/// Runs what `arguments` (words separated by spaces) ask for: --benchmark_filter=NAMES
/// (text/name_filter.h),
/// --benchmark_list_tests, --trivet_lines (one line per result for a program to read). 0, or 1 when
/// a benchmark failed, none matched or a flag is not known. Words that are no flags are ignored:
/// loaders give an image the parameters of a kernel.
int RunBenchmarks(std::string_view arguments);

}  // namespace benchmark::internal
