// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/report/scale.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {

inline constexpr double kWidth = 860;
inline constexpr double kRowHeight = 20;
inline constexpr double kTextDrop = 14;  ///< From the top of a row to the base line of its text.

/// `data-` attributes: what a shape shows.
std::string DataOf(std::string_view name,
                   std::initializer_list<std::pair<std::string_view, double>> values);

/// Grid lines from `top` to `bottom`, and below them those numbers that do not touch another.
void PutTicksBelow(Svg& svg, const std::vector<double>& ticks, const Scale& scale, double top,
                   double bottom);

/// What charts with one named row per value share: the names on the left, the axis below.
class RowsFrame {
 public:
  /// `headroom`: a line of text fits above the rows.
  RowsFrame(std::string_view title, std::size_t rows, bool headroom);

  Svg& svg() { return svg_; }
  double Top(std::size_t row) const { return top_ + static_cast<double>(row) * kRowHeight; }
  double Bottom() const { return bottom_; }

  void PutName(std::size_t row, std::string_view name);
  /// Text that ends at `right`.
  void PutNumber(std::size_t row, double right, std::string_view text);
  /// Grid lines with their numbers, and what is measured.
  void PutAxis(const Scale& scale, std::string_view axis);
  std::string Finish() && { return std::move(svg_).Finish(); }

 private:
  double top_, bottom_;
  Svg svg_;
};

}  // namespace trivet::bench::report
