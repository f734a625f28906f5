// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "lab/board/trace/prediction.h"
#include "sim/model/model.h"

namespace trivet::lab::board::trace {

/// A line of a trace that does something.
struct CompiledLine {
  unsigned number = 0;      ///< From 1.
  std::string_view text;    ///< Into the trace.
  TraceLine line;           ///< The same.
  std::string skip_reason;  ///< Why it runs on neither side; "": it runs.
  Prediction prediction;    ///< Of a line that runs.
  std::size_t place = 0;    ///< Among the operations, of a line that runs.
};

/// A trace as numbers.
struct Compiled {
  std::vector<CompiledLine> lines;
  std::vector<Operation> operations;  ///< The distinct ones.
  std::vector<std::uint16_t> order;   ///< What is run, by its place among them.
};

/// Runs the trace in the simulator and writes down what it did, line by line. Before the first line
/// come the operations that bring the CPU's registers to what the simulated CPU's are. `on_qemu`:
/// also skips what hangs QEMU. Throws sim::Violation for a line that is
/// malformed, with `name` and its number, and for a trace without operations.
Compiled Compile(std::string_view name, std::string_view text,
                 std::shared_ptr<const sim::Model> model, bool on_qemu);

/// The bytes that go to the image: operations.h, Header.
std::string PayloadOf(const Compiled& compiled);

}  // namespace trivet::lab::board::trace
