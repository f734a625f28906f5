// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/svg.h"

#include <algorithm>
#include <format>

namespace trivet::bench::report {
namespace {

constexpr double kLabelAdvance = 7.4;  // Of 12 px monospace, 0.602 em and a little.

std::string Tip(std::string_view tip) { return "<title>" + Escaped(tip) + "</title>"; }

const char* AnchorName(Anchor anchor) {
  if (anchor == Anchor::kStart) return "start";
  return anchor == Anchor::kMiddle ? "middle" : "end";
}

}  // namespace

std::string Escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    switch (c) {
      case '&': escaped += "&amp;"; break;
      case '<': escaped += "&lt;"; break;
      case '>': escaped += "&gt;"; break;
      case '"': escaped += "&quot;"; break;
      default: escaped += c;
    }
  }
  return escaped;
}

double LabelWidth(std::string_view text) {
  const auto characters = std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; });
  return static_cast<double>(characters) * kLabelAdvance;
}

Svg::Svg(double width, double height, std::string_view title)
    : text_(std::format("<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" aria-label=\"{}\" "
                        "viewBox=\"0 0 {:.0f} {:.0f}\" style=\"max-width:{:.0f}px\">\n",
                        Escaped(title), width, height, width)) {}

void Svg::Text(double x, double y, Anchor anchor, std::string_view css_class,
               std::string_view text) {
  text_ +=
      std::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\" class=\"{}\">{}</text>\n", x,
                  y, AnchorName(anchor), css_class, Escaped(text));
}

void Svg::TextUpwards(double x, double y, std::string_view css_class, std::string_view text) {
  text_ += std::format(
      "<text transform=\"translate({:.1f},{:.1f}) rotate(-90)\" "
      "text-anchor=\"middle\" class=\"{}\">{}</text>\n",
      x, y, css_class, Escaped(text));
}

void Svg::Line(double x1, double y1, double x2, double y2, std::string_view css_class) {
  text_ +=
      std::format("<line x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\" class=\"{}\"/>\n",
                  x1, y1, x2, y2, css_class);
}

void Svg::Rect(double x, double y, double width, double height, std::string_view css_class,
               std::string_view data, std::string_view tip) {
  text_ += std::format(
      "<rect x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
      "class=\"{}\"{}>{}</rect>\n",
      x, y, width, height, css_class, data, Tip(tip));
}

void Svg::Circle(double x, double y, double radius, std::string_view css_class,
                 std::string_view data, std::string_view tip) {
  text_ +=
      std::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"{:.1f}\" class=\"{}\"{}>{}</circle>\n",
                  x, y, radius, css_class, data, Tip(tip));
}

void Svg::Polyline(std::string_view points, std::string_view css_class) {
  text_ += std::format("<polyline points=\"{}\" class=\"{}\"/>\n", points, css_class);
}

std::string Svg::Finish() && { return std::move(text_) + "</svg>\n"; }

}  // namespace trivet::bench::report
