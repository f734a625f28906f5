// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <format>

#include "bench/report/charts.h"
#include "bench/report/frame.h"
#include "bench/report/scale.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

constexpr double kHeight = 340, kTop = 16, kBottom = 280, kLeft = 84;
constexpr std::size_t kColours = 6;
constexpr double kNameDistance = 15;

Scale ScaleOf(const LineChart& chart, double Point::* along, double first, double last) {
  double lowest = chart.series.front().points.front().*along, highest = lowest;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      lowest = std::min(lowest, point.*along);
      highest = std::max(highest, point.*along);
    }
  }
  return Scale::Log(lowest, highest, first, last);
}

/// The values of x that occur: they are few, and powers of two rather than of ten.
std::vector<double> UsedX(const LineChart& chart) {
  std::vector<double> used;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) used.push_back(point.x);
  }
  std::ranges::sort(used);
  used.erase(std::unique(used.begin(), used.end()), used.end());
  return used;
}

void PutAxes(Svg& svg, const LineChart& chart, const Scale& x, const Scale& y, double right) {
  PutTicksBelow(svg, UsedX(chart), x, kTop, kBottom);
  for (const double tick : y.ticks()) {
    svg.Line(kLeft - 4, y.At(tick), right, y.At(tick), "grid");
    svg.Text(kLeft - 8, y.At(tick) + 4, Anchor::kEnd, "tick", Shown(tick));
  }
  svg.Text((kLeft + right) / 2, kBottom + 40, Anchor::kMiddle, "axis", chart.x_axis);
  svg.TextUpwards(16, (kTop + kBottom) / 2, "axis", chart.y_axis);
}

/// Where the names stand: at the last points, moved down as far as it takes not to overlap.
std::vector<double> NameHeights(const LineChart& chart, const Scale& y) {
  std::vector<std::pair<double, std::size_t>> wanted;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    wanted.emplace_back(y.At(chart.series[i].points.back().y), i);
  }
  std::ranges::sort(wanted);
  std::vector<double> heights(wanted.size());
  double free_from = kTop;
  for (const auto& [height, series] : wanted) {
    heights[series] = std::max(height, free_from);
    free_from = heights[series] + kNameDistance;
  }
  return heights;
}

void PutSeries(Svg& svg, const Series& series, const Scale& x, const Scale& y,
               const std::string& colour) {
  std::string points;
  for (const Point& point : series.points) {
    points += std::format("{:.1f},{:.1f} ", x.At(point.x), y.At(point.y));
  }
  svg.Polyline(points, "series stroke-" + colour);
  for (const Point& point : series.points) {
    svg.Circle(x.At(point.x), y.At(point.y), 3.5, "fill-" + colour,
               DataOf(series.name, {{"x", point.x}, {"y", point.y}}),
               std::format("{}/{}: {}", series.name, Shown(point.x), Shown(point.y)));
  }
}

}  // namespace

std::string Render(const LineChart& chart) {
  double names = 0;
  for (const Series& series : chart.series) names = std::max(names, LabelWidth(series.name));
  const double right = kWidth - names - 24;
  const Scale x = ScaleOf(chart, &Point::x, kLeft, right);
  const Scale y = ScaleOf(chart, &Point::y, kBottom, kTop);
  const std::vector<double> heights = NameHeights(chart, y);
  Svg svg(kWidth, std::max(kHeight, *std::ranges::max_element(heights) + 24), chart.title);
  PutAxes(svg, chart, x, y, right);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    const std::string colour = std::to_string(i % kColours);
    PutSeries(svg, chart.series[i], x, y, colour);
    svg.Text(right + 12, heights[i] + 4, Anchor::kStart, "label fill-" + colour,
             chart.series[i].name);
  }
  return std::move(svg).Finish();
}

}  // namespace trivet::bench::report
