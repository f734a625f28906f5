// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>

namespace trivet::bench::report {

/// `text` for HTML and XML, in elements and attributes.
std::string Escaped(std::string_view text);

enum class Anchor { kStart, kMiddle, kEnd };

/// An SVG element put together shape by shape. Lengths are pixels at full width; looks are the
/// page's classes. `data` is attributes that repeat the numbers, for readers of the page with a
/// program; `tip` shows where the pointer rests.
class Svg {
 public:
  Svg(double width, double height, std::string_view title);

  void Text(double x, double y, Anchor anchor, std::string_view css_class, std::string_view text);
  /// Turned a quarter to the left around its middle.
  void TextUpwards(double x, double y, std::string_view css_class, std::string_view text);
  void Line(double x1, double y1, double x2, double y2, std::string_view css_class);
  void Rect(double x, double y, double width, double height, std::string_view css_class,
            std::string_view data, std::string_view tip);
  void Circle(double x, double y, double radius, std::string_view css_class, std::string_view data,
              std::string_view tip);
  /// `points` is "x,y x,y ...".
  void Polyline(std::string_view points, std::string_view css_class);

  std::string Finish() &&;

 private:
  std::string text_;
};

/// How wide `text` is in the class `label`, whose characters all have one width; an upper bound.
double LabelWidth(std::string_view text);

}  // namespace trivet::bench::report
