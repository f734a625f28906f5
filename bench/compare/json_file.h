// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "bench/compare/targets.h"

namespace trivet::bench {

/// Where and when the results were measured.
struct RunContext {
  std::string date;  ///< ISO 8601 with the zone.
  std::string host_name;
  std::string executable;
  unsigned num_cpus = 0;
};

/// This run's.
RunContext ThisRun(const std::string& executable);

/// The results that `selected` accepts in Google Benchmark's JSON format (json_schema_version 1),
/// as its compare.py reads it. A name is TARGET/NAME, since compare.py tells results apart by their
/// names; "target" is `simulator` or `el2`. What a target counts besides time are numbers beside
/// it: "instructions", "isb", "msr", "tlbi", "limit", "cycles_p99", ...
std::string RenderJson(const Targets& targets,
                       const std::function<bool(std::string_view)>& selected,
                       const RunContext& context);

}  // namespace trivet::bench
