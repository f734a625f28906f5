// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/benchmark/report.h"

#include <cstdint>

#include "freestanding/benchmark/checksum.h"
#include "freestanding/text/json.h"

namespace benchmark::internal {
namespace {

using trivet::text::JsonObject;
using trivet::text::Sink;
using trivet::text::Text;
using Line = Text<640>;

void Print(const Line& line) { Write(line.view()); }

/// In one call, so that the console keeps it in one piece.
void PrintObject(JsonObject& object, const Line& text) {
  using trivet::bench::kResultPrefix, trivet::bench::Checksum;
  object.End();
  Text<680> line;
  Write(line << kResultPrefix << text.view() << Checksum(text.view()).view() << '\n');
}

/// `total / per`, with three decimals where it does not divide.
struct Ratio {
  std::int64_t total, per;

  friend void operator<<(Sink& sink, Ratio ratio) {
    const bool negative = ratio.total < 0;
    const auto magnitude = static_cast<std::uint64_t>(negative ? -ratio.total : ratio.total);
    const auto per = static_cast<std::uint64_t>(ratio.per);
    const std::uint64_t thousandths = (magnitude * 1000 + per / 2) / per;
    if (negative) sink << '-';
    sink << thousandths / 1000;
    if (thousandths % 1000 == 0) return;
    const char decimals[] = {static_cast<char>('0' + thousandths / 100 % 10),
                             static_cast<char>('0' + thousandths / 10 % 10),
                             static_cast<char>('0' + thousandths % 10)};
    sink << '.' << std::string_view(decimals, 3);
  }
};

struct Right {
  std::string_view text;
  std::size_t width;
  friend void operator<<(Sink& sink, Right right) {
    for (std::size_t i = right.text.size(); i < right.width; ++i) sink << ' ';
    sink << right.text;
  }
};
struct Left {
  std::string_view text;
  std::size_t width;
  friend void operator<<(Sink& sink, Left left) {
    sink << left.text;
    for (std::size_t i = left.text.size(); i < left.width; ++i) sink << ' ';
  }
};

/// Nanoseconds for `ticks`, scaled so that nothing overflows: ticks are of one short benchmark.
Ratio Nanoseconds(std::int64_t ticks, std::int64_t per, std::uint64_t ticks_per_second) {
  const auto per_microsecond = static_cast<std::int64_t>(ticks_per_second / 1'000'000);
  if (per_microsecond == 0) return {0, 1};
  return {ticks * 1000 / per_microsecond, per};
}

constexpr std::size_t kSpreadColumn = 10;
constexpr std::string_view kCyclesMeanNothing =
    "PMCCNTR_EL0 counts as many cycles as instructions, as QEMU's does with -icount";

/// The order statistics of the samples, as members of a line's object.
void AddSpreads(JsonObject& object, const Spreads& spreads, std::uint64_t ticks_per_second) {
  object.Add("samples", spreads.samples);
  for (const Spread::Rank& rank : Spread::kRanks) {
    Text<16> name;
    object.Add(name << "cycles_" << rank.name, Ratio{spreads.cycles.*rank.value, spreads.per});
  }
  for (const Spread::Rank& rank : Spread::kRanks) {
    Text<16> name;
    object.Add(name << "ns_" << rank.name,
               Nanoseconds(spreads.ticks.*rank.value, spreads.per, ticks_per_second));
  }
}

/// What was subtracted is more than what was measured.
constexpr std::string_view kDoubtful =
    "?: less than the loop and the pauses around it, which are subtracted: the counter does not "
    "repeat, as QEMU's without -icount, which follows the build machine's clock\n";

bool IsRight(const Spread& spread) {
  for (const Spread::Rank& rank : Spread::kRanks) {
    if (spread.*rank.value < 0) return false;
  }
  return true;
}

/// A number right-aligned in `width` columns and a space.
void PrintColumn(Line& line, const Text<24>& number, std::size_t width) {
  line << Right{number.view(), width};
}

}  // namespace

void Report::Begin(const Calibration& calibration) {
  sampled_ = calibration.cycles_mean_something();
  const Counts loop = calibration.range_for();
  const Counts pause = calibration.pause_resume();
  const std::int64_t n = Calibration::kIterations;
  if (as_lines_) {
    PrintContext(loop, pause);
    return;
  }
  Line line;
  line << "Running at EL2, MIDR_EL1 ";
  line.PutHex(capabilities_.midr);
  Print(line << ", counter " << capabilities_.ticks_per_second << " Hz\n");
  if (capabilities_.counts_instructions) {
    Print(Line() << "Subtracted: " << Ratio{loop.instructions, n} << " instructions per loop pass, "
                 << Ratio{pause.instructions, n} << " per PauseTiming and ResumeTiming\n");
  } else {
    Print(Line() << "No instruction counts: " << capabilities_.why_not << '\n');
  }
  if (!sampled_) Print(Line() << "No cycles: " << kCyclesMeanNothing << '\n');
  Line heading;
  heading << Left{"Benchmark", name_width_} << Right{"Time", 14} << Right{"Instructions", 14}
          << Right{"Cycles", 12} << Right{"Iterations", 12};
  if (sampled_) {
    heading << Right{"p50", kSpreadColumn} << Right{"p99", kSpreadColumn}
            << Right{"max", kSpreadColumn};
  }
  Line rule;
  for (std::size_t i = 0; i < heading.view().size(); ++i) rule << '-';
  Print(Line() << rule.view() << '\n' << heading.view() << '\n');
  Print(Line() << rule.view() << '\n');
}

void Report::Add(std::string_view name, const Measurement& measurement) {
  ++results_;
  if (as_lines_) {
    PrintLine(name, measurement);
  } else {
    PrintRow(name, measurement);
  }
}

void Report::End() const {
  if (!as_lines_) {
    if (has_doubtful_) Write(kDoubtful);
    return;
  }
  Line text;
  JsonObject object(text);
  PrintObject(object.Add("end", results_), text);
}

void Report::PrintContext(const Counts& loop, const Counts& pause) const {
  Line text;
  JsonObject object(text);
  Text<24> midr;
  midr.PutHex(capabilities_.midr);
  object.Add("context", "el2").Add("midr", midr);
  object.Add("ticks_per_second", capabilities_.ticks_per_second);
  if (capabilities_.counts_instructions) {
    object.Add("loop_instructions", Ratio{loop.instructions, Calibration::kIterations});
    object.Add("pause_instructions", Ratio{pause.instructions, Calibration::kIterations});
  } else {
    object.Add("no_instructions", capabilities_.why_not);
  }
  if (!sampled_) object.Add("no_cycles", kCyclesMeanNothing);
  PrintObject(object, text);
}

void Report::PrintLine(std::string_view name, const Measurement& m) const {
  Line text;
  JsonObject object(text);
  object.Add("name", name);
  if (m.outcome != Measurement::Outcome::kMeasured) {
    const bool is_error = m.outcome == Measurement::Outcome::kError;
    PrintObject(object.Add(is_error ? "error" : "skipped", m.message), text);
    return;
  }
  object.Add("iterations", m.iterations);
  if (capabilities_.counts_instructions) {
    object.Add("instructions", Ratio{m.total.instructions, m.iterations});
    object.Add("repeatable", m.repeatable ? 1 : 0);
  }
  if (m.total.cycles >= 0) object.Add("cycles", Ratio{m.total.cycles, m.iterations});
  const std::uint64_t ticks_per_second = capabilities_.ticks_per_second;
  if (m.total.ticks >= 0) {
    object.Add("time_ns", Nanoseconds(m.total.ticks, m.iterations, ticks_per_second));
  } else if (!capabilities_.counts_instructions) {
    object.Add("skipped", "its counters do not repeat");  // a result has a figure or a reason
  }
  if (m.spreads.samples > 0 && IsRight(m.spreads.cycles) && IsRight(m.spreads.ticks))
    AddSpreads(object, m.spreads, ticks_per_second);
  if (!m.label.view().empty()) object.Add("label", m.label);
  for (const auto& entry : m.counters) object.Add(entry.name, entry.counter.value);
  PrintObject(object, text);
}

/// One that cannot be right is a "?".
void Report::PrintFigure(Sink& line, Text<24>& figure, bool is_right, std::size_t width) {
  has_doubtful_ = has_doubtful_ || !is_right;
  line << Right{is_right ? figure.view() : "?", width};
}

void Report::PrintRow(std::string_view name, const Measurement& m) {
  Line line;
  line << Left{name, name_width_};
  if (m.outcome == Measurement::Outcome::kError) {
    Print(line << " ERROR OCCURRED: '" << m.message << "'\n");
    return;
  }
  if (m.outcome == Measurement::Outcome::kSkipped) {
    Print(line << " SKIPPED: '" << m.message << "'\n");
    return;
  }
  Text<24> time, instructions, cycles, iterations;
  time << Nanoseconds(m.total.ticks, m.iterations, capabilities_.ticks_per_second) << " ns";
  if (capabilities_.counts_instructions) {
    instructions << Ratio{m.total.instructions, m.iterations} << (m.repeatable ? "" : "~");
  } else {
    instructions << '-';
  }
  cycles << Ratio{m.total.cycles, m.iterations};
  iterations << m.iterations;
  PrintFigure(line, time, m.total.ticks >= 0, 14);
  PrintColumn(line, instructions, 14);
  PrintFigure(line, cycles, m.total.cycles >= 0, 12);
  PrintColumn(line, iterations, 12);
  if (m.spreads.samples > 0) {
    for (const std::int64_t value :
         {m.spreads.cycles.p50, m.spreads.cycles.p99, m.spreads.cycles.max}) {
      Text<24> column;
      column << Ratio{value, m.spreads.per};
      PrintFigure(line, column, value >= 0, kSpreadColumn);
    }
  }
  for (const auto& entry : m.counters) line << ' ' << entry.name << '=' << entry.counter.value;
  if (!m.label.view().empty()) line << ' ' << m.label.view();
  Print(line << '\n');
}

}  // namespace benchmark::internal
