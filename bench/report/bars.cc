// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <format>

#include "bench/report/charts.h"
#include "bench/report/frame.h"
#include "bench/report/scale.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

constexpr double kBarHeight = 14;

double WidthOf(const BarChart& chart, std::string Bar::* text) {
  double width = 0;
  for (const Bar& bar : chart.bars) width = std::max(width, LabelWidth(bar.*text));
  return width;
}

/// What stands beside the bars on the right, and on the left of negative ones.
double ShownWidth(const BarChart& chart, bool negative) {
  double width = 0;
  for (const Bar& bar : chart.bars) {
    if ((bar.value < 0) == negative) width = std::max(width, LabelWidth(bar.shown) + 8);
  }
  return width;
}

void PutBar(Svg& svg, const Bar& bar, const Scale& scale, double top) {
  const double zero = scale.At(0), end = scale.At(bar.value);
  const bool negative = bar.value < 0;
  // A bar that would not be seen is one pixel.
  const double width = std::max(std::abs(end - zero), 1.0);
  svg.Rect(negative ? zero - width : zero, top + (kRowHeight - kBarHeight) / 2, width, kBarHeight,
           "bar " + bar.css_class, DataOf(bar.name, {{"value", bar.value}}),
           std::format("{}: {} {}", bar.name, bar.shown, bar.detail));
  svg.Text(negative ? zero - width - 4 : zero + width + 4, top + kTextDrop,
           negative ? Anchor::kEnd : Anchor::kStart, "label", bar.shown);
}

}  // namespace

std::string Render(const BarChart& chart) {
  double lowest = 0, highest = chart.reference.value_or(0);
  for (const Bar& bar : chart.bars) {
    lowest = std::min(lowest, bar.value);
    highest = std::max(highest, bar.value);
  }
  const double names = WidthOf(chart, &Bar::name), details = WidthOf(chart, &Bar::detail);
  const double details_end = names + (details > 0 ? 12 + details : 0);
  const double left = details_end + 12 + ShownWidth(chart, /*negative=*/true);
  const double right = kWidth - std::max(ShownWidth(chart, /*negative=*/false), 24.0);
  const Scale scale = Scale::Linear(lowest, highest, left, right);

  RowsFrame frame(chart.title, chart.bars.size(), chart.reference.has_value());
  frame.PutAxis(scale, chart.axis);
  for (std::size_t i = 0; i < chart.bars.size(); ++i) {
    frame.PutName(i, chart.bars[i].name);
    if (details > 0) frame.PutNumber(i, details_end, chart.bars[i].detail);
    PutBar(frame.svg(), chart.bars[i], scale, frame.Top(i));
  }
  frame.svg().Line(scale.At(0), frame.Top(0), scale.At(0), frame.Bottom(), "zero");
  if (chart.reference) {
    const double at = scale.At(*chart.reference);
    frame.svg().Line(at, frame.Top(0) - 4, at, frame.Bottom(), "reference");
    frame.svg().Text(at, frame.Top(0) - 8, Anchor::kMiddle, "label", chart.reference_name);
  }
  return std::move(frame).Finish();
}

}  // namespace trivet::bench::report
