// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/table.h"

#include <algorithm>
#include <cstdio>
#include <vector>

namespace trivet::bench {
namespace {

/// A column of a target's figures.
struct Column {
  const char* target;
  const char* unit;
  const char* figure;
  std::optional<TargetOutput> Targets::* output;
  int decimals;  ///< -1: as few as the value needs.
};

constexpr char kSimulator[] = "simulator", kEl2[] = "EL2";
constexpr Column kColumns[] = {
    {kSimulator, "ns", "time_ns", &Targets::simulator, 1},
    {kSimulator, "ns p50", "ns_p50", &Targets::simulator, 1},
    {kSimulator, "p99", "ns_p99", &Targets::simulator, 1},
    {kSimulator, "max", "ns_max", &Targets::simulator, 1},
    {kSimulator, "isb", "isb", &Targets::simulator, -1},
    {kSimulator, "msr", "msr", &Targets::simulator, -1},
    {kSimulator, "tlbi", "tlbi", &Targets::simulator, -1},
    {kEl2, "instructions", "instructions", &Targets::el2, -1},
    {kEl2, "isb", "isb", &Targets::el2, -1},
    {kEl2, "msr", "msr", &Targets::el2, -1},
    {kEl2, "tlbi", "tlbi", &Targets::el2, -1},
    {kEl2, "cycles p50", "cycles_p50", &Targets::el2, -1},
    {kEl2, "p99", "cycles_p99", &Targets::el2, -1},
    {kEl2, "max", "cycles_max", &Targets::el2, -1},
    {kEl2, "ns p50", "ns_p50", &Targets::el2, 1},
    {kEl2, "p99", "ns_p99", &Targets::el2, 1},
    {kEl2, "max", "ns_max", &Targets::el2, 1},
};

std::string Decimal(double value, int decimals) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.*f", decimals, value);
  return text;
}

/// Instruction counts are whole numbers; a count that is not is marked.
std::string Count(double value) {
  const bool whole = value == static_cast<double>(static_cast<long long>(value));
  return Decimal(value, whole ? 0 : 3);
}

std::string Cell(const Column& column, const Result& result) {
  const std::optional<double> value = result.Number(column.figure);
  if (!value) return "";
  const std::string text = column.decimals < 0 ? Count(*value) : Decimal(*value, column.decimals);
  const bool erratic = std::string_view(column.figure) == "instructions" &&
                       result.Number("repeatable").value_or(1) == 0;
  return erratic ? text + '~' : text;
}

/// Cells from left to right; the first is the name, the last a note.
using Row = std::vector<std::string>;

void AddNote(std::string& note, std::string_view more) {
  if (more.empty() || note == more) return;
  note += note.empty() ? "" : "; ";
  note += more;
}

std::string Note(const std::string& name, const Targets& targets) {
  std::string note;
  for (const auto& [target, output] :
       {std::pair(kSimulator, &targets.simulator), std::pair(kEl2, &targets.el2)}) {
    const Result* const result = Find(*output, name);
    if (result == nullptr) continue;
    if (!result->error.empty()) AddNote(note, std::string(target) + " FAILED: " + result->error);
    if (!result->skipped.empty()) AddNote(note, std::string(target) + ": " + result->skipped);
    AddNote(note, result->label);
  }
  return note;
}

/// The columns that some row has a figure for. Where there are samples the time is their median.
std::vector<Column> Used(const Targets& targets, const std::vector<std::string>& names) {
  std::vector<Column> used;
  for (const Column& column : kColumns) {
    const bool any = std::ranges::any_of(names, [&](const std::string& name) {
      const Result* const result = Find(targets.*column.output, name);
      return result != nullptr && result->Number(column.figure).has_value();
    });
    if (!any) continue;
    if (!used.empty() && std::string_view(column.figure) == "ns_p50" &&
        std::string_view(used.back().figure) == "time_ns") {
      used.pop_back();
    }
    used.push_back(column);
  }
  return used;
}

Row MakeRow(const std::string& name, const Targets& targets, const std::vector<Column>& columns) {
  Row row = {name};
  for (const Column& column : columns) {
    const Result* const result = Find(targets.*column.output, name);
    row.push_back(result == nullptr ? "" : Cell(column, *result));
    if (row.back().empty()) row.back() = "-";
  }
  const Result* const el2 = Find(targets.el2, name);
  const std::optional<double> limit = el2 == nullptr ? std::nullopt : LimitOf(name, targets.el2);
  const bool compared = limit && *limit > 0 && el2->instructions;
  row.push_back(limit ? Count(*limit) : "");
  row.push_back(compared ? Decimal(*el2->instructions / *limit, 2) : "");
  row.push_back(Note(name, targets));
  return row;
}

/// Two lines: the target above its first column, and the units.
std::vector<Row> Heading(const std::vector<Column>& columns) {
  Row targets = {"operation"}, units = {""};
  const char* last = "";
  for (const Column& column : columns) {
    targets.emplace_back(std::string_view(column.target) == last ? "" : column.target);
    units.emplace_back(column.unit);
    last = column.target;
  }
  for (const char* text : {"limit", "ratio", ""}) {
    targets.emplace_back(text);
    units.emplace_back("");
  }
  return {targets, units};
}

std::string Render(const Row& row, const std::vector<std::size_t>& widths) {
  std::string line = row.front() + std::string(widths.front() - row.front().size(), ' ');
  for (std::size_t i = 1; i + 1 < row.size(); ++i) {
    line += "  " + std::string(widths[i] - row[i].size(), ' ') + row[i];
  }
  if (!row.back().empty()) line += "  " + row.back();
  line.erase(line.find_last_not_of(' ') + 1);
  return line + '\n';
}

std::vector<std::size_t> Widths(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  return widths;
}

}  // namespace

std::string RenderTable(const Targets& targets,
                        const std::function<bool(std::string_view)>& selected) {
  const std::vector<std::string> names = Names(targets, selected);
  if (names.empty()) return "";
  const std::vector<Column> columns = Used(targets, names);
  std::vector<Row> rows = Heading(columns);
  const std::size_t heading = rows.size();
  for (const std::string& name : names) rows.push_back(MakeRow(name, targets, columns));

  const std::vector<std::size_t> widths = Widths(rows);
  std::size_t rule = 0;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) rule += widths[i] + (i == 0 ? 0 : 2);
  std::string table;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (i == heading) table += std::string(rule, '-') + '\n';
    const bool first_yardstick =
        i > heading && IsYardstick(rows[i].front()) && !IsYardstick(rows[i - 1].front());
    if (first_yardstick) table += '\n';
    table += Render(rows[i], widths);
  }
  return table;
}

}  // namespace trivet::bench
