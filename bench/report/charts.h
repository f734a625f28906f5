// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace trivet::bench::report {

/// Horizontal bars from 0, positive to the right.
struct Bar {
  std::string name;
  double value;
  std::string detail;  ///< Stands between the name and the bar; may be empty.
  std::string shown;   ///< The value as a person reads it, with its unit if the axis has none.
  /// Its colour: "el2", "simulator", "limit", "baseline", "better", "worse".
  std::string css_class;
};
struct BarChart {
  std::string title;
  std::string axis;  ///< What is measured, and its unit.
  std::vector<Bar> bars = {};
  std::optional<double> reference = {};  ///< A line across all bars ...
  std::string reference_name = {};       ///< ... and what it is.
};
std::string Render(const BarChart& chart);

/// From the least to the greatest sample a thin line, from p50 to p99 a box, p50 marked;
/// logarithmic.
struct SpreadRow {
  std::string name;
  double min, p50, p99, max;
};
struct SpreadChart {
  std::string title;
  std::string axis;
  std::string css_class;
  std::vector<SpreadRow> rows = {};
};
std::string Render(const SpreadChart& chart);

/// Lines over two logarithmic axes, each named at its right end.
struct Point {
  double x, y;
};
struct Series {
  std::string name;
  std::vector<Point> points;  ///< At least one, in the order of x; all positive.
};
struct LineChart {
  std::string title;
  std::string x_axis, y_axis;
  std::vector<Series> series = {};
};
std::string Render(const LineChart& chart);

}  // namespace trivet::bench::report
