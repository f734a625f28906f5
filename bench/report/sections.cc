// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/sections.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <format>
#include <optional>

#include "bench/report/scale.h"

namespace trivet::bench::report {
namespace {

struct Target {
  const char* name;
  const char* title;
  const char* unit;
  const char* short_unit;
};
constexpr Target kTargets[] = {{"el2", "EL2", "instructions", ""},
                               {"simulator", "simulator", "ns", "ns"}};

std::string_view Family(std::string_view name) { return name.substr(0, name.find('/')); }

std::string_view Operation(std::string_view name) {
  return name.substr(std::min(name.find('/') + 1, name.size()));
}

/// Yardsticks have colours of their own.
std::string ColourOf(const Row& row) {
  const std::string family(Family(row.name));
  return family == "limit" || family == "baseline" ? family : row.target;
}

/// Bars of the rows of a target that `selected` accepts, by cost.
template <class F>
std::vector<Bar> CostBars(const SavedRun& run, const Target& target, F selected) {
  std::vector<Bar> bars;
  for (const Row& row : run.rows) {
    const std::optional<double> cost = row.Figure(CostFigure(target.name));
    if (row.target != target.name || !cost || !selected(row.name)) continue;
    bars.push_back({row.name, *cost, "", Shown(*cost), ColourOf(row)});
  }
  return bars;
}

/// A chart per target and of `enable` and `disable` that has bars.
template <class F>
std::vector<BarChart> PerOperation(const SavedRun& run, const char* what, F selected) {
  std::vector<BarChart> charts;
  for (const char* operation : {"enable", "disable"}) {
    for (const Target& target : kTargets) {
      std::vector<Bar> bars =
          CostBars(run, target, [&](std::string_view name) { return selected(name, operation); });
      if (bars.empty()) continue;
      charts.push_back({.title = std::format("{}{}, {}", operation, what, target.title),
                        .axis = target.unit,
                        .bars = std::move(bars)});
    }
  }
  return charts;
}

/// NAME and N of NAME/N.
struct Sized {
  std::string name;
  double size;
};
std::optional<Sized> SizedName(const std::string& name) {
  const std::size_t slash = name.rfind('/');
  if (slash == name.npos) return std::nullopt;
  unsigned size = 0;
  const char* const end = name.data() + name.size();
  const auto [parsed, error] = std::from_chars(name.data() + slash + 1, end, size);
  if (error != std::errc() || parsed != end || size == 0) return std::nullopt;
  return Sized{name.substr(0, slash), static_cast<double>(size)};
}

void AddPoint(std::vector<Series>& series, const Sized& sized, double cost) {
  auto found = std::ranges::find(series, sized.name, &Series::name);
  if (found == series.end()) found = series.insert(series.end(), {sized.name, {}});
  found->points.push_back({sized.size, cost});
}

/// The order statistics of a row's samples, where they can be drawn on a logarithmic axis.
std::optional<SpreadRow> SpreadOf(const Row& row, const std::string& prefix) {
  SpreadRow spread = {row.name, 0, 0, 0, 0};
  for (const auto& [suffix, value] : {std::pair("min", &SpreadRow::min),
                                      {"p50", &SpreadRow::p50},
                                      {"p99", &SpreadRow::p99},
                                      {"max", &SpreadRow::max}}) {
    const std::optional<double> figure = row.Figure(prefix + suffix);
    if (!figure || *figure <= 0) return std::nullopt;
    spread.*value = *figure;
  }
  return spread;
}

Bar DifferenceBar(const Row& row, double before, double now, const char* unit) {
  const double percent = (now / before - 1) * 100;
  return {row.name, percent,
          std::format("{} → {}{}{}", Shown(before), Shown(now), *unit == 0 ? "" : " ", unit),
          std::format("{:+.1f} %", percent), percent > 0 ? "worse" : "better"};
}

}  // namespace

std::vector<BarChart> Totals(const SavedRun& run) {
  return PerOperation(run, "", [](std::string_view name, std::string_view operation) {
    return Operation(name).starts_with(operation) && !SizedName(std::string(name));
  });
}

std::vector<BarChart> Steps(const SavedRun& run) {
  return PerOperation(run, " step by step", [](std::string_view name, std::string_view operation) {
    const bool undoes = name.ends_with("_undo") || name == "step/verify";
    return Family(name) == "step" && undoes == (operation == "disable");
  });
}

BarChart Ratios(const SavedRun& run) {
  BarChart chart = {.title = "cost as a multiple of the limit, EL2",
                    .axis = "instructions / instructions of the shortest correct sequence",
                    .reference = 1,
                    .reference_name = "limit"};
  for (const Row& row : run.rows) {
    const auto limit = row.Figure("limit"), cost = row.Figure("instructions");
    if (!limit || !cost || *limit <= 0) continue;
    const double ratio = *cost / *limit;
    chart.bars.push_back({row.name, ratio, std::format("{} / {}", Shown(*cost), Shown(*limit)),
                          std::format("{:.2f}", ratio), row.target});
  }
  return chart;
}

std::vector<SpreadChart> Spreads(const SavedRun& run) {
  std::vector<SpreadChart> charts;
  for (const Target& target : kTargets) {
    for (const char* unit : {"cycles", "ns"}) {
      SpreadChart chart = {.title = std::format("samples in {}, {}", unit, target.title),
                           .axis = std::format("{}: min to max, box from p50 to p99", unit),
                           .css_class = target.name};
      for (const Row& row : run.rows) {
        if (row.target != target.name) continue;
        if (auto spread = SpreadOf(row, std::string(unit) + '_')) chart.rows.push_back(*spread);
      }
      if (!chart.rows.empty()) charts.push_back(std::move(chart));
    }
  }
  return charts;
}

std::vector<LineChart> ByCpus(const SavedRun& run) {
  std::vector<LineChart> charts;
  for (const Target& target : kTargets) {
    LineChart chart = {.title = std::format("cost against number of CPUs, {}", target.title),
                       .x_axis = "CPUs",
                       .y_axis = std::format("{} per operation", target.unit)};
    for (const Row& row : run.rows) {
      const auto cost = row.Figure(CostFigure(target.name));
      const auto sized = SizedName(row.name);
      if (row.target == target.name && cost && *cost > 0 && sized)
        AddPoint(chart.series, *sized, *cost);
    }
    std::erase_if(chart.series, [](const Series& series) { return series.points.size() < 2; });
    for (Series& series : chart.series) std::ranges::sort(series.points, {}, &Point::x);
    if (!chart.series.empty()) charts.push_back(std::move(chart));
  }
  return charts;
}

std::vector<BarChart> Differences(const SavedRun& run, const SavedRun& old) {
  std::vector<BarChart> charts;
  for (const Target& target : kTargets) {
    BarChart chart = {.axis = std::format("change of {}, % (less is better)", target.unit)};
    int same = 0;
    for (const Row& row : run.rows) {
      const Row* const before =
          row.target == target.name ? old.Find(row.target, row.name) : nullptr;
      if (before == nullptr) continue;
      const auto was = before->Figure(CostFigure(target.name)),
                 is = row.Figure(CostFigure(target.name));
      if (!was || !is || *was <= 0) continue;
      if (*was == *is) {
        ++same;
      } else {
        chart.bars.push_back(DifferenceBar(row, *was, *is, target.short_unit));
      }
    }
    if (same == 0 && chart.bars.empty()) continue;
    chart.title = std::format("difference to the saved run, {}: {} rows changed, {} are the same",
                              target.title, chart.bars.size(), same);
    charts.push_back(std::move(chart));
  }
  return charts;
}

}  // namespace trivet::bench::report
