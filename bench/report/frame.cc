// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/frame.h"

#include <format>

namespace trivet::bench::report {
namespace {

constexpr double kAxisHeight = 44;

}  // namespace

void PutTicksBelow(Svg& svg, const std::vector<double>& ticks, const Scale& scale, double top,
                   double bottom) {
  double free_from = 0;
  for (const double tick : ticks) {
    const std::string text = Shown(tick);
    const double x = scale.At(tick), half = LabelWidth(text) / 2 + 4;
    svg.Line(x, top, x, bottom + 4, "grid");
    if (x - half < free_from) continue;
    svg.Text(x, bottom + 18, Anchor::kMiddle, "tick", text);
    free_from = x + half;
  }
}

std::string DataOf(std::string_view name,
                   std::initializer_list<std::pair<std::string_view, double>> values) {
  std::string data = std::format(" data-name=\"{}\"", Escaped(name));
  for (const auto& [what, value] : values) data += std::format(" data-{}=\"{}\"", what, value);
  return data;
}

RowsFrame::RowsFrame(std::string_view title, std::size_t rows, bool headroom)
    : top_(headroom ? 24 : 8),
      bottom_(top_ + static_cast<double>(rows) * kRowHeight),
      svg_(kWidth, bottom_ + kAxisHeight, title) {}

void RowsFrame::PutName(std::size_t row, std::string_view name) {
  svg_.Text(0, Top(row) + kTextDrop, Anchor::kStart, "label", name);
}

void RowsFrame::PutNumber(std::size_t row, double right, std::string_view text) {
  svg_.Text(right, Top(row) + kTextDrop, Anchor::kEnd, "label", text);
}

void RowsFrame::PutAxis(const Scale& scale, std::string_view axis) {
  PutTicksBelow(svg_, scale.ticks(), scale, top_, bottom_);
  const double middle = (scale.At(scale.lowest()) + scale.At(scale.highest())) / 2;
  svg_.Text(middle, bottom_ + 36, Anchor::kMiddle, "axis", axis);
}

}  // namespace trivet::bench::report
