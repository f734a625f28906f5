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
  unsigned number = 0;    ///< From 1.
  std::string_view text;  ///< Into the trace.
  TraceLine line;         ///< The same.
  std::string not_asked;  ///< "": it is asked, else why not. Then the simulator leaves it out too.
  Prediction prediction;  ///< Of a line that is asked.
  std::size_t place = 0;  ///< Among the operations, of a line that is asked.
};

/// A trace as numbers.
struct Compiled {
  std::vector<CompiledLine> lines;
  std::vector<Operation> operations;  ///< The distinct ones.
  std::vector<std::uint16_t> order;   ///< What is run, by its place among them.
};

/// Runs the trace in the simulator and writes down what it did, line by line. Before the first line
/// come the operations that bring the CPU's registers to what the simulated CPU's are. `on_qemu`:
/// what QEMU does not survive is not asked either. Throws sim::Violation for a line that is
/// malformed, with `name` and its number, and for a trace with nothing to ask.
Compiled Compile(std::string_view name, std::string_view text,
                 std::shared_ptr<const sim::Model> model, bool on_qemu);

/// The bytes that go to the image: operations.h, Header.
std::string PayloadOf(const Compiled& compiled);

}  // namespace trivet::lab::board::trace
