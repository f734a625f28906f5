#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lab/board/trace/operations.h"

namespace trivet::lab::board::trace {

/// What the target answered to each operation that it was sent, in turn.
struct TraceAnswers {
  std::vector<Outcome> outcomes;
  std::string refusal;  ///< Why the target cannot run traces.
};

/// The image's lines of a trace among `console`. False, with one line in `error`, when there are
/// none, one is damaged, there are not `count` outcomes, or the target refuses. `answers` has then
/// what was read so far.
bool ParseTraceAnswers(std::string_view console, std::size_t count, TraceAnswers& answers,
                       std::string& error);

}  // namespace trivet::lab::board::trace
