// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <format>

#include "bench/report/charts.h"
#include "bench/report/frame.h"
#include "bench/report/scale.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

void PutRow(Svg& svg, const SpreadRow& row, const Scale& scale, double top,
            const std::string& css_class) {
  const double middle = top + kRowHeight / 2;
  const double p50 = scale.At(row.p50), p99 = scale.At(row.p99);
  const std::string tip =
      std::format("{}: min {}, p50 {}, p99 {}, max {}", row.name, Shown(row.min), Shown(row.p50),
                  Shown(row.p99), Shown(row.max));
  const std::string data =
      DataOf(row.name, {{"min", row.min}, {"p50", row.p50}, {"p99", row.p99}, {"max", row.max}});
  svg.Line(scale.At(row.min), middle, scale.At(row.max), middle, "whisker");
  for (const double end : {row.min, row.max}) {
    svg.Line(scale.At(end), middle - 4, scale.At(end), middle + 4, "whisker");
  }
  svg.Rect(p50, middle - 6, std::max(p99 - p50, 1.0), 12, "bar " + css_class, data, tip);
  svg.Line(p50, middle - 8, p50, middle + 8, "median");
}

}  // namespace

std::string Render(const SpreadChart& chart) {
  double names = 0, numbers = 0, lowest = chart.rows.front().min, highest = lowest;
  for (const SpreadRow& row : chart.rows) {
    names = std::max(names, LabelWidth(row.name));
    numbers = std::max(numbers, LabelWidth(Shown(row.p50)));
    lowest = std::min(lowest, row.min);
    highest = std::max(highest, row.max);
  }
  // The median's number in a column of its own: beside the mark it would hide the others.
  const double left = names + numbers + 32;
  const Scale scale = Scale::Log(lowest, highest, left, kWidth - 24);
  RowsFrame frame(chart.title, chart.rows.size(), /*headroom=*/true);
  frame.PutAxis(scale, chart.axis);
  frame.svg().Text(names + 12 + numbers, frame.Top(0) - 6, Anchor::kEnd, "tick", "p50");
  for (std::size_t i = 0; i < chart.rows.size(); ++i) {
    const SpreadRow& row = chart.rows[i];
    frame.PutName(i, row.name);
    frame.PutNumber(i, names + 12 + numbers, Shown(row.p50));
    PutRow(frame.svg(), row, scale, frame.Top(i), chart.css_class);
  }
  return std::move(frame).Finish();
}

}  // namespace trivet::bench::report
