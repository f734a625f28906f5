#include "bench/compare/table.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace trivet::bench {
namespace {

struct Row {
  std::string name;
  std::string simulator = "-";
  std::string el2 = "-";
  std::string limit;
  std::string ratio;
  std::string note;
};

const Result* Find(const std::optional<LegOutput>& leg, std::string_view name) {
  if (!leg) return nullptr;
  const auto found = std::ranges::find(leg->results, name, &Result::name);
  return found == leg->results.end() ? nullptr : &*found;
}

std::string Decimal(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

/// Whole, as instruction counts are; a count that is not says so.
std::string Count(double value) {
  const bool whole = value == static_cast<double>(static_cast<long long>(value));
  return Decimal(value, whole ? 0 : 3);
}

bool IsYardstick(std::string_view name) {
  return name.starts_with("limit/") || name.starts_with("seed/");
}

void AddNote(Row& row, std::string_view note) {
  if (note.empty() || row.note == note) return;
  row.note += row.note.empty() ? "" : "; ";
  row.note += note;
}

void AddProblems(Row& row, const char* leg, const Result& result) {
  if (!result.error.empty()) AddNote(row, std::string(leg) + " FAILED: " + result.error);
  if (!result.skipped.empty()) AddNote(row, std::string(leg) + ": " + result.skipped);
  AddNote(row, result.label);
}

Row MakeRow(const std::string& name, const std::optional<LegOutput>& simulator,
            const std::optional<LegOutput>& el2) {
  Row row = {.name = name};
  if (const Result* result = Find(simulator, name)) {
    if (result->time_ns) row.simulator = Decimal(*result->time_ns, 1);
    AddProblems(row, "simulator", *result);
  }
  const Result* result = Find(el2, name);
  if (result == nullptr) return row;
  if (result->instructions) row.el2 = Count(*result->instructions);
  AddProblems(row, "EL2", *result);

  const Result* limit = Find(el2, "limit" + name.substr(std::min(name.find('/'), name.size())));
  if (IsYardstick(name) || limit == nullptr || !limit->instructions) return row;
  row.limit = Count(*limit->instructions);
  if (result->instructions && *limit->instructions > 0) {
    row.ratio = Decimal(*result->instructions / *limit->instructions, 2);
  }
  return row;
}

/// Names of both legs: the simulator's order, then what only EL2 has; yardsticks last.
std::vector<std::string> Names(const std::optional<LegOutput>& simulator,
                               const std::optional<LegOutput>& el2) {
  std::vector<std::string> names;
  for (const auto* leg : {&simulator, &el2}) {
    if (!*leg) continue;
    for (const Result& result : (*leg)->results) {
      if (std::ranges::find(names, result.name) == names.end()) names.push_back(result.name);
    }
  }
  std::ranges::stable_partition(names, [](const std::string& name) { return !IsYardstick(name); });
  return names;
}

std::string Right(const std::string& text, std::size_t width) {
  return std::string(width - std::min(width, text.size()), ' ') + text;
}

std::string Render(const Row& row, std::size_t name_width) {
  std::string line =
      row.name + std::string(name_width - std::min(name_width, row.name.size()), ' ') +
      Right(row.simulator, 14) + Right(row.el2, 18) + Right(row.limit, 8) + Right(row.ratio, 8);
  if (!row.note.empty()) line += "  " + row.note;
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

}  // namespace

std::string RenderTable(const std::optional<LegOutput>& simulator,
                        const std::optional<LegOutput>& el2,
                        const std::function<bool(std::string_view)>& selected) {
  std::vector<Row> rows;
  std::size_t width = std::string_view("operation").size();
  for (const std::string& name : Names(simulator, el2)) {
    if (!selected(name)) continue;
    rows.push_back(MakeRow(name, simulator, el2));
    width = std::max(width, name.size());
  }
  if (rows.empty()) return "";
  const Row heading = {"operation", "simulator", "EL2 in QEMU", "limit", "ratio", ""};
  const Row units = {"", "ns", "instructions", "", "", ""};
  std::string table = Render(heading, width) + Render(units, width);
  table += std::string(width + 14 + 18 + 8 + 8, '-') + '\n';
  bool yardsticks = false;
  for (const Row& row : rows) {
    if (!yardsticks && IsYardstick(row.name) && &row != &rows.front()) table += '\n';
    yardsticks = IsYardstick(row.name);
    table += Render(row, width);
  }
  return table;
}

}  // namespace trivet::bench
