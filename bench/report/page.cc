// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/page.h"

#include <algorithm>
#include <format>

#include "bench/report/charts.h"
#include "bench/report/number_table.h"
#include "bench/report/page_style.h"
#include "bench/report/sections.h"
#include "bench/report/svg.h"

namespace trivet::bench::report {
namespace {

template <class Chart>
std::string Figure(const Chart& chart) {
  return std::format("<figure><figcaption>{}</figcaption>\n{}</figure>\n", Escaped(chart.title),
                     Render(chart));
}

template <class Chart>
std::string Figures(const std::vector<Chart>& charts) {
  std::string figures;
  for (const Chart& chart : charts) figures += Figure(chart);
  return figures;
}

std::string Paragraph(std::string_view text, std::string_view attributes = "") {
  return std::format("<p{}>{}</p>\n", attributes, Escaped(text));
}

/// `text` explains `figures`; without any `why_none` does.
std::string Section(std::string_view title, std::string_view text, const std::string& figures,
                    std::string_view why_none) {
  return std::format(
      "<section>\n<h2>{}</h2>\n{}</section>\n", Escaped(title),
      figures.empty() ? Paragraph(why_none, " class=\"dim\"") : Paragraph(text) + figures);
}

/// Bars that did not change are not drawn: a chart may be empty.
std::string DifferenceFigures(const std::vector<BarChart>& charts) {
  std::string figures;
  for (const BarChart& chart : charts) {
    figures += chart.bars.empty() ? Paragraph(chart.title + ".") : Figure(chart);
  }
  return figures;
}

std::string Heading(const SavedRun& run, const SavedRun* old) {
  std::string text = "<h1>Trivet: what owning EL2 costs</h1>\n";
  text += Paragraph(
      std::format("Measured {} on {}.{}", run.date.empty() ? "at an unknown time" : run.date,
                  run.host.empty() ? "an unnamed host" : run.host,
                  old == nullptr ? "" : " Compared with a run of " + old->date + "."),
      " class=\"dim\"");
  text += Paragraph(
      "At EL2 the unit is the executed instruction, counted exactly; on the simulator it is the "
      "nanosecond of the host. Instructions are not time: a barrier counts as one.");
  for (const std::string& note : run.notes) text += Paragraph(note + ".");
  return text;
}

std::string Problems(const SavedRun& run) {
  std::string items;
  for (const Row& row : run.rows) {
    if (row.problem.empty()) continue;
    items += std::format("<li>{} on {}: {}</li>\n", Escaped(row.name), Escaped(row.target),
                         Escaped(row.problem));
  }
  return items.empty() ? "" : "<h2>Not measured</h2>\n<ul>\n" + items + "</ul>\n";
}

std::string Sections(const SavedRun& run) {
  const BarChart ratios = Ratios(run);
  return Section("Enable and disable",
                 "Grey is the shortest correct sequence, written by hand; yellow the sequence of "
                 "the design Trivet grew out of, which leaves out the ISB and the host's HCR_EL2.",
                 Figures(Totals(run)), "This run has no rows of enable or disable.") +
         Section("Step by step", "Each step of a transition on its own, in order.",
                 Figures(Steps(run)), "This run has no rows named step/...") +
         Section("Ratio to the limit",
                 "1 is the shortest correct sequence, measured in the same boot.",
                 ratios.bars.empty() ? "" : Figure(ratios), "This run has no row with a limit.") +
         Section("Latency distribution",
                 "On the simulator a sample is one repetition, the mean of its iterations; at EL2 "
                 "it is one pass.",
                 Figures(Spreads(run)), "This run has no samples.") +
         Section("Cost against number of CPUs",
                 "Rows named NAME/N, for N CPUs. Both axes are logarithmic.", Figures(ByCpus(run)),
                 "This run has no rows for several numbers of CPUs.");
}

}  // namespace

std::string RenderPage(const SavedRun& run, const SavedRun* old) {
  std::string page =
      "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<title>Trivet: what owning EL2 costs</title>\n<style>" +
      std::string(kPageStyle) + "</style>\n</head>\n<body>\n";
  page += Heading(run, old) + Problems(run) + Sections(run);
  if (old != nullptr) {
    page += Section("Difference to the saved run",
                    "Counts at EL2 repeat exactly: every change there is real. Times on the "
                    "simulator vary with the host's load.",
                    DifferenceFigures(Differences(run, *old)), "The two runs share no row.");
  }
  page += "<section>\n<h2>All numbers</h2>\n" + RenderNumberTable(run) + "</section>\n";
  return page + "</body>\n</html>\n";
}

}  // namespace trivet::bench::report
