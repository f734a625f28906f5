// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "freestanding/benchmark/measure.h"
#include "freestanding/benchmark/platform.h"

namespace benchmark::internal {

/// Prints measurements: for a person, as Google Benchmark does, or one line each for a program:
///
///     TRIVET-BENCH: {"name":"hal/isb","iterations":1024,"instructions":1,"cycles":9,"time_ns":4}
///     CHECKSUM
///
/// "instructions" is absent where the CPU does not count them; "cycles_p50" and its kin are there
/// where cycles mean something; a figure below 0 is left out, with all of a spread, and is a "?"
/// for a person; "skipped" or "error" stand instead of figures. The last line is
/// {"end":N}, after N results.
class Report {
 public:
  Report(bool as_lines, std::size_t name_width, const Capabilities& capabilities)
      : as_lines_(as_lines), name_width_(name_width), capabilities_(capabilities) {}

  void Begin(const Calibration& calibration);
  void Add(std::string_view name, const Measurement& measurement);
  void End() const;

 private:
  void PrintContext(const Counts& loop, const Counts& pause) const;
  void PrintLine(std::string_view name, const Measurement& measurement) const;
  void PrintRow(std::string_view name, const Measurement& measurement);
  void PrintFigure(trivet::text::Sink& line, trivet::text::Text<24>& figure, bool is_right,
                   std::size_t width);

  const bool as_lines_;
  const std::size_t name_width_;
  const Capabilities capabilities_;
  bool sampled_ = false;
  bool has_doubtful_ = false;
  int results_ = 0;
};

}  // namespace benchmark::internal
