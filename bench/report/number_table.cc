// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/number_table.h"

#include <algorithm>
#include <format>

#include "bench/report/scale.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

struct Column {
  const char* figure;
  const char* heading;
  const char* target;
};
constexpr Column kColumns[] = {
    {"instructions", "instructions", "el2"},
    {"limit", "limit", "el2"},
    {"isb", "ISB", "simulator"},
    {"msr", "MSR", "simulator"},
    {"tlbi", "TLBI", "simulator"},
    {"cycles_p50", "cycles p50", "el2"},
    {"cycles_p99", "cycles p99", "el2"},
    {"cycles_max", "cycles max", "el2"},
    {"cpu_time", "ns", "simulator"},
    {"ns_p99", "ns p99", "simulator"},
    {"ns_max", "ns max", "simulator"},
};

std::string Cell(const SavedRun& run, const Column& column, const std::string& name) {
  const Row* const row = run.Find(column.target, name);
  const auto figure = row == nullptr ? std::nullopt : row->Figure(column.figure);
  return std::format("<td>{}</td>", figure ? Shown(*figure) : "");
}

std::vector<Column> Used(const SavedRun& run) {
  std::vector<Column> used;
  for (const Column& column : kColumns) {
    if (std::ranges::any_of(run.rows, [&](const Row& row) {
          return row.target == column.target && row.Figure(column.figure).has_value();
        })) {
      used.push_back(column);
    }
  }
  return used;
}

}  // namespace

std::string RenderNumberTable(const SavedRun& run) {
  const std::vector<Column> columns = Used(run);
  std::string table = "<div class=\"scroll\"><table>\n<thead><tr><th>operation</th>";
  for (const Column& column : columns) table += std::format("<th>{}</th>", column.heading);
  table += "<th></th></tr></thead>\n<tbody>\n";
  std::vector<std::string> done;
  for (const Row& row : run.rows) {
    if (std::ranges::find(done, row.name) != done.end()) continue;
    done.push_back(row.name);
    table += std::format("<tr><td>{}</td>", Escaped(row.name));
    for (const Column& column : columns) table += Cell(run, column, row.name);
    table += std::format("<td class=\"note\">{}</td></tr>\n", Escaped(row.label));
  }
  return table + "</tbody>\n</table></div>\n";
}

}  // namespace trivet::bench::report
