// SPDX-License-Identifier: Apache-2.0 OR MIT
// The page of a run: which rows are in which chart, and that it needs nothing besides itself.

#include "bench/report/page.h"

#include <gtest/gtest.h>

#include <string>

#include "bench/report/sections.h"

namespace trivet::bench::report {
namespace {

Row El2(const std::string& name, double instructions) {
  return {.target = "el2", .name = name, .figures = {{"instructions", instructions}}};
}
Row Simulated(const std::string& name, double ns) {
  return {.target = "simulator", .name = name, .figures = {{"cpu_time", ns}}};
}

SavedRun Example() {
  SavedRun run = {.date = "2026-01-02", .host = "here"};
  run.rows = {Simulated("minimal/enable", 36),  Simulated("sim/each_cpu/64", 219),
              Simulated("sim/each_cpu/8", 220), Simulated("sim/pair_block/block:1", 30),
              El2("minimal/enable", 12),        El2("minimal/disable", 6),
              El2("limit/enable", 10),          El2("baseline/enable", 9),
              El2("step/claim_slot", 2),        El2("step/claim_slot_undo", 3),
              El2("step/verify", 53),           El2("allcpus/enable/2", 2000),
              El2("allcpus/enable/4", 1900),    Simulated("sim/pair_block/block:2", 30)};
  run.rows[0].figures.insert({{"ns_min", 35}, {"ns_p50", 36}, {"ns_p99", 40}, {"ns_max", 90}});
  run.rows[4].figures["limit"] = 10;
  return run;
}

TEST(Totals, HaveEveryPolicyBesideTheLimit) {
  const std::vector<BarChart> charts = Totals(Example());
  ASSERT_EQ(charts.size(), 3u);
  EXPECT_EQ(charts[0].title, "enable, EL2");
  EXPECT_EQ(charts[0].axis, "instructions");
  ASSERT_EQ(charts[0].bars.size(), 3u);
  EXPECT_EQ(charts[0].bars[0].name, "minimal/enable");
  EXPECT_EQ(charts[0].bars[0].value, 12);
  EXPECT_EQ(charts[0].bars[1].css_class, "limit");
  EXPECT_EQ(charts[0].bars[2].css_class, "baseline");
  EXPECT_EQ(charts[1].title, "enable, simulator");
  EXPECT_EQ(charts[1].axis, "ns");
  EXPECT_EQ(charts[2].title, "disable, EL2");
}

TEST(Steps, AreOfBothTransitions) {
  const std::vector<BarChart> charts = Steps(Example());
  ASSERT_EQ(charts.size(), 2u);
  EXPECT_EQ(charts[0].title, "enable step by step, EL2");
  ASSERT_EQ(charts[0].bars.size(), 1u);
  EXPECT_EQ(charts[0].bars[0].name, "step/claim_slot");
  ASSERT_EQ(charts[1].bars.size(), 2u);
  EXPECT_EQ(charts[1].bars[0].name, "step/claim_slot_undo");
  EXPECT_EQ(charts[1].bars[1].name, "step/verify");
}

TEST(Ratios, AreOfTheRowsWithALimit) {
  const BarChart chart = Ratios(Example());
  ASSERT_EQ(chart.bars.size(), 1u);
  EXPECT_DOUBLE_EQ(chart.bars[0].value, 1.2);
  EXPECT_EQ(chart.bars[0].shown, "1.20");
  EXPECT_EQ(chart.bars[0].detail, "12 / 10");
  EXPECT_EQ(chart.reference, 1);
}

TEST(Spreads, AreOfTheRowsWithSamples) {
  const std::vector<SpreadChart> charts = Spreads(Example());
  ASSERT_EQ(charts.size(), 1u);
  EXPECT_EQ(charts[0].title, "samples in ns, simulator");
  ASSERT_EQ(charts[0].rows.size(), 1u);
  EXPECT_EQ(charts[0].rows[0].min, 35);
  EXPECT_EQ(charts[0].rows[0].p50, 36);
  EXPECT_EQ(charts[0].rows[0].p99, 40);
  EXPECT_EQ(charts[0].rows[0].max, 90);
}

TEST(Spreads, LeaveOutWhatALogarithmicAxisHasNoPlaceFor) {
  SavedRun run = Example();
  run.rows[0].figures["ns_min"] = -1;
  EXPECT_TRUE(Spreads(run).empty());
}

TEST(ByCpus, TakesRowsWithSeveralNumbersInTheirOrder) {
  const std::vector<LineChart> charts = ByCpus(Example());
  ASSERT_EQ(charts.size(), 2u);
  ASSERT_EQ(charts[0].series.size(), 1u);
  EXPECT_EQ(charts[0].series[0].name, "allcpus/enable");
  EXPECT_EQ(charts[1].y_axis, "ns per operation");
  ASSERT_EQ(charts[1].series.size(), 1u);
  EXPECT_EQ(charts[1].series[0].name, "sim/each_cpu");
  EXPECT_EQ(charts[1].series[0].points[0].x, 8);
  EXPECT_EQ(charts[1].series[0].points[0].y, 220);
  EXPECT_EQ(charts[1].series[0].points[1].x, 64);
}

TEST(Differences, AreOfRowsThatBothRunsHave) {
  SavedRun old = Example();
  old.rows[4].figures["instructions"] = 10;  // minimal/enable at EL2
  old.rows[0].figures["cpu_time"] = 40;      // minimal/enable, simulated
  old.rows.erase(old.rows.begin() + 6);      // limit/enable
  const std::vector<BarChart> charts = Differences(Example(), old);
  ASSERT_EQ(charts.size(), 2u);
  EXPECT_EQ(charts[0].title, "difference to the saved run, EL2: 1 rows changed, 7 are the same");
  ASSERT_EQ(charts[0].bars.size(), 1u);
  EXPECT_NEAR(charts[0].bars[0].value, 20, 1e-9);
  EXPECT_EQ(charts[0].bars[0].shown, "+20.0 %");
  EXPECT_EQ(charts[0].bars[0].detail, "10 → 12");
  EXPECT_EQ(charts[0].bars[0].css_class, "worse");
  EXPECT_EQ(charts[1].bars[0].shown, "-10.0 %");
  EXPECT_EQ(charts[1].bars[0].detail, "40 → 36 ns");
  EXPECT_EQ(charts[1].bars[0].css_class, "better");
}

int Count(const std::string& page, const std::string& text) {
  int count = 0;
  for (std::size_t at = page.find(text); at != page.npos; at = page.find(text, at + 1)) ++count;
  return count;
}

TEST(Page, HasEveryChartWithItsAxes) {
  const SavedRun run = Example();
  const std::string page = RenderPage(run, &run);
  // 3 totals, 2 of steps, 1 of ratios, 1 of samples, 2 by CPUs, which have two axes; no difference.
  EXPECT_EQ(Count(page, "<svg "), 9);
  EXPECT_EQ(Count(page, "</svg>"), 9);
  EXPECT_EQ(Count(page, "class=\"axis\""), 11);
  EXPECT_EQ(Count(page, "<figcaption>"), 9);
  EXPECT_NE(page.find("difference to the saved run, EL2: 0 rows changed, 9 are the same."),
            std::string::npos);
}

TEST(Page, HasTheNumbersInATableToo) {
  const std::string page = RenderPage(Example(), nullptr);
  EXPECT_NE(page.find("<tr><td>minimal/enable</td><td>12</td><td>10</td><td>36</td>"),
            std::string::npos)
      << page;
  EXPECT_EQ(page.find("<th>TLBI</th>"), std::string::npos);
  EXPECT_EQ(page.find("<h2>Difference"), std::string::npos);
}

TEST(Page, NeedsNothingBesidesItself) {
  const SavedRun run = Example();
  const std::string page = RenderPage(run, &run);
  for (const char* outside : {"<script", "<link", "src=", "href=", "url(", "@import"}) {
    EXPECT_EQ(page.find(outside), std::string::npos) << outside;
  }
  EXPECT_EQ(Count(page, "http"), Count(page, "xmlns=\"http://www.w3.org/2000/svg\""));
}

TEST(Page, IsReadableInTheDarkAndOnPaper) {
  const std::string page = RenderPage(Example(), nullptr);
  EXPECT_NE(page.find("prefers-color-scheme: dark"), std::string::npos);
  EXPECT_NE(page.find("@media print"), std::string::npos);
}

TEST(Page, SaysWhatIsMissingAndWhy) {
  SavedRun run = {.notes = {"EL2 counts no instructions: no <PMU>"}};
  run.rows = {{.target = "el2", .name = "a", .problem = "kInUse"}};
  const std::string page = RenderPage(run, nullptr);
  EXPECT_NE(page.find("EL2 counts no instructions: no &lt;PMU&gt;."), std::string::npos);
  EXPECT_NE(page.find("<li>a on el2: kInUse</li>"), std::string::npos);
  EXPECT_NE(page.find("This run has no samples."), std::string::npos);
  EXPECT_EQ(Count(page, "<svg "), 0);
}

}  // namespace
}  // namespace trivet::bench::report
