// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/board/trace/operations.h"

namespace trivet::lab::board::trace {

/// The outcome of each operation on the target, in order.
struct TraceOutcomes {
  std::vector<Outcome> outcomes;
  std::string refusal;  ///< Why the target cannot run traces.
};

/// The image's lines of a trace among `console`. False, with one line in `error`, when there are
/// none, one is damaged, there are not `count` outcomes, or the target refuses. `received` has then
/// what was read so far.
bool ParseTraceOutcomes(std::string_view console, std::size_t count, TraceOutcomes& received,
                        std::string& error);

}  // namespace trivet::lab::board::trace
