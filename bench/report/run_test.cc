// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/report/run.h"

#include <gtest/gtest.h>

#include <string>

namespace trivet::bench::report {
namespace {

SavedRun Parsed(const std::string& text) {
  auto run = ParseRun(text);
  EXPECT_TRUE(run.has_value()) << (run ? "" : run.error());
  return run.value_or(SavedRun{});
}

constexpr char kSaved[] = R"({
  "context": {"date": "2026-01-02T03:04:05+00:00", "host_name": "here", "no_cycles": "icount"},
  "benchmarks": [
    {"name": "el2/limit/enable", "target": "el2", "cpu_time": 10.5, "real_time": 10.5,
     "time_unit": "ns", "instructions": 10, "label": "by hand"},
    {"name": "simulator/limit/enable", "target": "simulator", "cpu_time": 2.5e0, "real_time": 3,
     "time_unit": "us", "run_type": "iteration"},
    {"name": "el2/irq", "target": "el2", "skipped": true, "skip_message": "no GIC", "cpu_time": 0,
     "time_unit": "ns"},
    {"name": "el2/audit", "target": "el2", "error_occurred": true, "error_message": "kInUse"}]})";

TEST(ParseRun, TakesTargetsAndFigures) {
  const SavedRun run = Parsed(kSaved);
  EXPECT_EQ(run.date, "2026-01-02T03:04:05+00:00");
  EXPECT_EQ(run.host, "here");
  ASSERT_EQ(run.notes.size(), 1u);
  EXPECT_EQ(run.notes[0], "EL2 has no cycles and no times: icount");
  const Row* const row = run.Find("el2", "limit/enable");
  ASSERT_NE(row, nullptr);
  EXPECT_EQ(row->Figure("instructions"), 10);
  EXPECT_EQ(row->Figure("cpu_time"), 10.5);
  EXPECT_EQ(row->Figure("isb"), std::nullopt);
  EXPECT_EQ(row->label, "by hand");
  EXPECT_EQ(run.Find("el2", "no/such"), nullptr);
}

TEST(ParseRun, TurnsTimesIntoNanoseconds) {
  const SavedRun run = Parsed(kSaved);
  EXPECT_EQ(run.Find("simulator", "limit/enable")->Figure("cpu_time"), 2500);
  EXPECT_EQ(run.Find("simulator", "limit/enable")->Figure("real_time"), 3000);
}

TEST(ParseRun, KeepsWhyThereAreNoFigures) {
  const SavedRun run = Parsed(kSaved);
  EXPECT_EQ(run.Find("el2", "irq")->problem, "no GIC");
  EXPECT_EQ(run.Find("el2", "irq")->Figure("cpu_time"), std::nullopt);
  EXPECT_EQ(run.Find("el2", "audit")->problem, "kInUse");
}

TEST(ParseRun, TakesGoogleBenchmarksOwnFileForTheSimulators) {
  const SavedRun run = Parsed(R"({"benchmarks": [
      {"name": "hal/isb", "run_type": "iteration", "cpu_time": 1, "time_unit": "ns"},
      {"name": "hal/isb", "run_type": "iteration", "cpu_time": 2, "time_unit": "ns"},
      {"name": "hal/isb_mean", "run_type": "aggregate", "cpu_time": 1.5, "time_unit": "ns"}]})");
  ASSERT_EQ(run.rows.size(), 1u);
  EXPECT_EQ(run.Find("simulator", "hal/isb")->Figure("cpu_time"), 1);
}

TEST(ParseRun, SaysWhatIsNoSavedRun) {
  EXPECT_TRUE(ParseRun("").error().starts_with("byte 0: "));
  EXPECT_EQ(ParseRun("[]").error(), "it has no benchmarks");
  EXPECT_EQ(ParseRun(R"({"benchmarks": 1})").error(), "it has no benchmarks");
  EXPECT_EQ(ParseRun(R"({"benchmarks": [{}]})").error(), "a benchmark has no name");
  EXPECT_EQ(ParseRun(R"({"benchmarks": [{"name": "a", "time_unit": "h"}]})").error(),
            "'a' has no time_unit that is known");
}

}  // namespace
}  // namespace trivet::bench::report
