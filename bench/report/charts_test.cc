// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a chart draws, read back from its SVG: every number where it belongs, nothing outside, no
// text on another text.

#include "bench/report/charts.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <regex>
#include <string>
#include <vector>

#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

struct Shape {
  std::map<std::string, std::string> attributes;
  std::string text;

  std::string Text(const std::string& name) const {
    const auto found = attributes.find(name);
    return found == attributes.end() ? "" : found->second;
  }
  double Number(const std::string& name) const { return std::strtod(Text(name).c_str(), nullptr); }
};

/// The elements of that name.
std::vector<Shape> Shapes(const std::string& svg, const std::string& element) {
  std::vector<Shape> shapes;
  const std::regex tag("<" + element + R"(((?: [a-z0-9-]+="[^"]*")*)/?>([^<]*))");
  const std::regex attribute(R"re( ([a-z0-9-]+)="([^"]*)")re");
  for (std::sregex_iterator at(svg.begin(), svg.end(), tag), end; at != end; ++at) {
    Shape shape = {{}, (*at)[2]};
    const std::string attributes = (*at)[1];
    for (std::sregex_iterator a(attributes.begin(), attributes.end(), attribute); a != end; ++a) {
      shape.attributes[(*a)[1]] = (*a)[2];
    }
    shapes.push_back(shape);
  }
  return shapes;
}

std::vector<Shape> OfClass(const std::vector<Shape>& shapes, const std::string& css_class) {
  std::vector<Shape> found;
  for (const Shape& shape : shapes) {
    if ((" " + shape.Text("class") + " ").find(" " + css_class + " ") != std::string::npos) {
      found.push_back(shape);
    }
  }
  return found;
}

struct Box {
  double left, right, top, bottom;
};
/// Around a text, from what a character is at most wide and 12 px high.
Box BoxOf(const Shape& text) {
  const double width = LabelWidth(text.text), x = text.Number("x"), y = text.Number("y");
  const std::string anchor = text.Text("text-anchor");
  const double left = anchor == "start" ? x : anchor == "end" ? x - width : x - width / 2;
  return {left, left + width, y - 9, y + 2};
}

/// No text leaves the picture or touches another one.
void ExpectLegible(const std::string& svg) {
  double width = 0, height = 0;
  ASSERT_EQ(std::sscanf(svg.substr(svg.find("viewBox=")).c_str(), "viewBox=\"0 0 %lf %lf\"", &width,
                        &height),
            2);
  std::vector<std::pair<Box, std::string>> boxes;
  for (const Shape& text : Shapes(svg, "text")) {
    if (!text.Text("transform").empty()) continue;
    const Box box = BoxOf(text);
    EXPECT_GE(box.left, 0) << text.text;
    EXPECT_LE(box.right, width) << text.text;
    EXPECT_GE(box.top, 0) << text.text;
    EXPECT_LE(box.bottom, height) << text.text;
    for (const auto& [other, its_text] : boxes) {
      const bool apart = box.right <= other.left || other.right <= box.left ||
                         box.bottom <= other.top || other.bottom <= box.top;
      EXPECT_TRUE(apart) << text.text << " touches " << its_text;
    }
    boxes.emplace_back(box, text.text);
  }
}

BarChart Bars() {
  return {.title = "a title",
          .axis = "instructions",
          .bars = {{"percpu/enable_full", 270, "", "270", "el2"},
                   {"minimal/enable", 12, "", "12", "el2"},
                   {"zero", 0, "", "0", "limit"}}};
}

TEST(BarChart, DrawsEveryValueToScale) {
  const std::string svg = Render(Bars());
  const std::vector<Shape> bars = Shapes(svg, "rect");
  ASSERT_EQ(bars.size(), 3u);
  EXPECT_EQ(bars[0].Text("data-name"), "percpu/enable_full");
  EXPECT_EQ(bars[0].Text("data-value"), "270");
  EXPECT_EQ(bars[0].Text("class"), "bar el2");
  EXPECT_EQ(bars[1].Text("data-value"), "12");
  EXPECT_NEAR(bars[0].Number("width") / bars[1].Number("width"), 270.0 / 12, 0.1);
  EXPECT_EQ(bars[0].Number("x"), bars[1].Number("x"));
  EXPECT_EQ(bars[2].Number("width"), 1);  // Still seen.
  EXPECT_NE(svg.find("<title>minimal/enable: 12 </title>"), std::string::npos) << svg;
  ExpectLegible(svg);
}

TEST(BarChart, NamesItsAxisAndNumbersItsTicks) {
  const std::vector<Shape> texts = Shapes(Render(Bars()), "text");
  ASSERT_EQ(OfClass(texts, "axis").size(), 1u);
  EXPECT_EQ(OfClass(texts, "axis")[0].text, "instructions");
  const std::vector<Shape> ticks = OfClass(texts, "tick");
  ASSERT_EQ(ticks.size(), 7u);
  EXPECT_EQ(ticks.front().text, "0");
  EXPECT_EQ(ticks.back().text, "300");
}

TEST(BarChart, PutsAValueWhereTheAxisSaysItIs) {
  const std::string svg = Render(Bars());
  const std::vector<Shape> ticks = OfClass(Shapes(svg, "text"), "tick");
  const double zero = ticks.front().Number("x"), full = ticks.back().Number("x");
  const Shape bar = Shapes(svg, "rect")[0];
  EXPECT_NEAR(bar.Number("x"), zero, 0.11);
  EXPECT_NEAR(bar.Number("x") + bar.Number("width"), zero + (full - zero) * 270 / 300, 0.11);
}

TEST(BarChart, DrawsChangesToBothSidesOfZero) {
  const std::string svg = Render({.title = "t",
                                  .axis = "%",
                                  .bars = {{"a/better_one", -20, "10 → 8", "-20.0 %", "better"},
                                           {"a/worse", 15.8, "19 → 22", "+15.8 %", "worse"}}});
  const std::vector<Shape> bars = Shapes(svg, "rect");
  ASSERT_EQ(bars.size(), 2u);
  EXPECT_NEAR(bars[0].Number("x") + bars[0].Number("width"), bars[1].Number("x"), 0.11);
  EXPECT_EQ(bars[0].Text("data-value"), "-20");
  EXPECT_NE(svg.find(">10 → 8</text>"), std::string::npos);
  ExpectLegible(svg);
}

TEST(BarChart, DrawsItsReference) {
  BarChart chart = Bars();
  chart.reference = 100;
  chart.reference_name = "limit";
  const std::string svg = Render(chart);
  const std::vector<Shape> lines = OfClass(Shapes(svg, "line"), "reference");
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].Text("x1"), OfClass(Shapes(svg, "text"), "tick")[2].Text("x"));
  ExpectLegible(svg);
}

TEST(BarChart, LeavesOutNumbersThatWouldTouch) {
  BarChart chart = Bars();
  chart.bars[0].name = std::string(80, 'x');
  chart.bars[0].detail = "123456789 → 123456789 ns";
  chart.bars[0].value = 1e9;
  ExpectLegible(Render(chart));
}

TEST(BarChart, EscapesText) {
  BarChart chart = Bars();
  chart.title = chart.axis = chart.bars[0].name = "a<b> & \"c\"";
  const std::string svg = Render(chart);
  EXPECT_EQ(svg.find("<b>"), std::string::npos);
  EXPECT_NE(svg.find("a&lt;b&gt; &amp; &quot;c&quot;"), std::string::npos);
}

SpreadChart Samples() {
  return {.title = "t",
          .axis = "ns: min to max, box from p50 to p99",
          .css_class = "simulator",
          .rows = {{"hal/read", 0.75, 0.8, 0.9, 1.0}, {"percpu/pair", 190, 200, 220, 4000}}};
}

TEST(SpreadChart, DrawsEveryRankInOrder) {
  const std::string svg = Render(Samples());
  const std::vector<Shape> boxes = Shapes(svg, "rect");
  ASSERT_EQ(boxes.size(), 2u);
  EXPECT_EQ(boxes[1].Text("data-name"), "percpu/pair");
  EXPECT_EQ(boxes[1].Text("data-min"), "190");
  EXPECT_EQ(boxes[1].Text("data-p50"), "200");
  EXPECT_EQ(boxes[1].Text("data-p99"), "220");
  EXPECT_EQ(boxes[1].Text("data-max"), "4000");
  // A row has a line from min to max, its two ends, and the median.
  const std::vector<Shape> whiskers = OfClass(Shapes(svg, "line"), "whisker");
  ASSERT_EQ(whiskers.size(), 6u);
  EXPECT_LT(whiskers[3].Number("x1"), boxes[1].Number("x"));
  EXPECT_GT(whiskers[3].Number("x2"), boxes[1].Number("x") + boxes[1].Number("width"));
  EXPECT_EQ(OfClass(Shapes(svg, "line"), "median")[1].Text("x1"), boxes[1].Text("x"));
  ExpectLegible(svg);
}

TEST(SpreadChart, NamesItsAxisAndItsColumn) {
  const std::vector<Shape> texts = Shapes(Render(Samples()), "text");
  ASSERT_EQ(OfClass(texts, "axis").size(), 1u);
  EXPECT_EQ(OfClass(texts, "axis")[0].text, "ns: min to max, box from p50 to p99");
  EXPECT_EQ(OfClass(texts, "tick").back().text, "p50");
}

LineChart Lines() {
  return {.title = "t",
          .x_axis = "CPUs",
          .y_axis = "ns per operation",
          .series = {{"sim/each_cpu", {{8, 220}, {64, 219}, {512, 343}}},
                     {"sim/other", {{1, 230}, {8, 225}, {512, 340}}}}};
}

TEST(LineChart, DrawsEveryPoint) {
  const std::string svg = Render(Lines());
  const std::vector<Shape> points = Shapes(svg, "circle");
  ASSERT_EQ(points.size(), 6u);
  EXPECT_EQ(points[2].Text("data-name"), "sim/each_cpu");
  EXPECT_EQ(points[2].Text("data-x"), "512");
  EXPECT_EQ(points[2].Text("data-y"), "343");
  EXPECT_GT(points[2].Number("cx"), points[1].Number("cx"));
  EXPECT_LT(points[2].Number("cy"), points[1].Number("cy"));  // Upwards is more.
  EXPECT_EQ(points[0].Text("cx"), points[4].Text("cx"));      // Both are of 8 CPUs.
  EXPECT_EQ(Shapes(svg, "polyline").size(), 2u);
  EXPECT_NE(points[0].Text("class"), points[3].Text("class"));
  ExpectLegible(svg);
}

TEST(LineChart, NamesBothAxesAndNumbersTheValuesOfX) {
  const std::vector<Shape> texts = Shapes(Render(Lines()), "text");
  const std::vector<Shape> axes = OfClass(texts, "axis");
  ASSERT_EQ(axes.size(), 2u);
  EXPECT_EQ(axes[0].text, "CPUs");
  EXPECT_EQ(axes[1].text, "ns per operation");
  const std::vector<Shape> ticks = OfClass(texts, "tick");
  ASSERT_GE(ticks.size(), 4u);
  EXPECT_EQ(ticks[0].text, "1");
  EXPECT_EQ(ticks[1].text, "8");
  EXPECT_EQ(ticks[2].text, "64");
  EXPECT_EQ(ticks[3].text, "512");
}

TEST(LineChart, KeepsManyNamesApart) {
  LineChart chart = Lines();
  for (int i = 0; i < 30; ++i) {
    chart.series.push_back({"family/number_" + std::to_string(i), {{1, 230}, {512, 340}}});
  }
  ExpectLegible(Render(chart));
}

}  // namespace
}  // namespace trivet::bench::report
