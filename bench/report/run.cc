// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/run.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "tools/json/json_value.h"

namespace trivet::bench::report {
namespace {

using json::JsonValue;

std::string Text(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.Find(name);
  return member == nullptr ? "" : member->text();
}

/// Nanoseconds in one of Google Benchmark's time units; nothing for another.
std::optional<double> NanosecondsPer(const std::string& unit) {
  if (unit == "ns") return 1;
  if (unit == "us") return 1e3;
  if (unit == "ms") return 1e6;
  if (unit == "s") return 1e9;
  return std::nullopt;
}

void TakeFigures(const JsonValue& benchmark, Row& row) {
  for (const auto& [name, value] : benchmark.members()) {
    if (value.kind() != JsonValue::Kind::kNumber) continue;
    const double number = std::strtod(value.text().c_str(), nullptr);
    if (std::isfinite(number)) row.figures[name] = number;
  }
}

std::expected<Row, std::string> ParseRow(const JsonValue& benchmark) {
  Row row = {.target = Text(benchmark, "target"),
             .name = Text(benchmark, "name"),
             .label = Text(benchmark, "label"),
             .problem = Text(benchmark, "error_message") + Text(benchmark, "skip_message")};
  if (row.name.empty()) return std::unexpected("a benchmark has no name");
  if (row.target.empty()) row.target = "simulator";
  if (row.name.starts_with(row.target + '/')) row.name.erase(0, row.target.size() + 1);
  if (!row.problem.empty()) return row;
  const auto unit = NanosecondsPer(Text(benchmark, "time_unit"));
  if (!unit) return std::unexpected("'" + row.name + "' has no time_unit that is known");
  TakeFigures(benchmark, row);
  for (const char* name : {"real_time", "cpu_time"}) {
    if (const auto found = row.figures.find(name); found != row.figures.end()) {
      found->second *= *unit;
    }
  }
  return row;
}

void AddNote(const JsonValue& context, const char* name, const char* what, SavedRun& run) {
  if (const std::string why = Text(context, name); !why.empty()) run.notes.push_back(what + why);
}

}  // namespace

std::optional<double> Row::Figure(std::string_view figure) const {
  const auto found = figures.find(figure);
  return found == figures.end() ? std::nullopt : std::optional(found->second);
}

const Row* SavedRun::Find(std::string_view target, std::string_view name) const {
  const auto found = std::ranges::find_if(
      rows, [&](const Row& row) { return row.target == target && row.name == name; });
  return found == rows.end() ? nullptr : &*found;
}

std::string_view CostFigure(std::string_view target) {
  return target == "el2" ? "instructions" : "cpu_time";
}

std::expected<SavedRun, std::string> ParseRun(std::string_view text) {
  JsonValue document;
  std::string error;
  if (!JsonValue::Parse(text, document, error)) return std::unexpected(error);
  const JsonValue* const benchmarks = document.Find("benchmarks");
  if (benchmarks == nullptr || benchmarks->kind() != JsonValue::Kind::kArray) {
    return std::unexpected("it has no benchmarks");
  }
  SavedRun run;
  if (const JsonValue* const context = document.Find("context")) {
    run.date = Text(*context, "date");
    run.host = Text(*context, "host_name");
    AddNote(*context, "no_instructions", "EL2 counts no instructions: ", run);
    AddNote(*context, "no_cycles", "EL2 has no cycles and no times: ", run);
  }
  for (const auto& [unused, benchmark] : benchmarks->members()) {
    if (Text(benchmark, "run_type") == "aggregate") continue;
    auto row = ParseRow(benchmark);
    if (!row) return std::unexpected(row.error());
    if (run.Find(row->target, row->name) == nullptr) run.rows.push_back(std::move(*row));
  }
  return run;
}

}  // namespace trivet::bench::report
