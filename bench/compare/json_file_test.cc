// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/json_file.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "tools/json/json_value.h"

namespace trivet::bench {
namespace {

using json::JsonValue;
using Kind = JsonValue::Kind;

bool All(std::string_view) { return true; }

Targets Both() {
  Targets targets;
  targets.simulator = {
      .results = {{.name = "percpu/enable",
                   .time_ns = 123.4,
                   .numbers = {{"iterations", 5000}, {"real_ns", 130}, {"ns_p99", 200}}}}};
  targets.el2 = {
      .results = {{.name = "limit/enable",
                   .instructions = 10,
                   .time_ns = 10,
                   .numbers = {{"iterations", 1024}}},
                  {.name = "percpu/enable",
                   .instructions = 12.5,
                   .time_ns = 12,
                   .numbers = {{"iterations", 1024}, {"isb", 1}, {"msr", 2}, {"tlbi", 0}},
                   .label = "a \"label\"\t\\"},
                  {.name = "percpu/audit", .error = "kInUse"},
                  {.name = "percpu/irq", .skipped = "no GIC"}},
      .no_instructions = "",
      .no_cycles = "icount"};
  return targets;
}

JsonValue Parsed(const std::string& text) {
  JsonValue value;
  std::string error;
  EXPECT_TRUE(JsonValue::Parse(text, value, error)) << error << '\n' << text;
  return value;
}

JsonValue Rendered(const std::function<bool(std::string_view)>& selected = All) {
  return Parsed(RenderJson(Both(), selected, ThisRun("//bench")));
}

/// The text of a member, or "(none)".
std::string Text(const JsonValue& object, std::string_view name) {
  const JsonValue* const member = object.Find(name);
  return member == nullptr ? "(none)" : member->text();
}

const JsonValue& Benchmark(const JsonValue& document, std::string_view name) {
  static const JsonValue kNone;
  for (const auto& [unused, benchmark] : document.Find("benchmarks")->members()) {
    if (Text(benchmark, "name") == name) return benchmark;
  }
  ADD_FAILURE() << "no benchmark " << name;
  return kNone;
}

TEST(JsonFile, PutsCountsBesideTheTimes) {
  const JsonValue document = Rendered();
  const JsonValue& enable = Benchmark(document, "el2/percpu/enable");
  EXPECT_EQ(Text(enable, "target"), "el2");
  EXPECT_EQ(Text(enable, "instructions"), "12.5");
  EXPECT_EQ(Text(enable, "isb"), "1");
  EXPECT_EQ(Text(enable, "msr"), "2");
  EXPECT_EQ(Text(enable, "tlbi"), "0");
  EXPECT_EQ(Text(enable, "limit"), "10");
  EXPECT_EQ(Text(enable, "iterations"), "1024");
  const JsonValue& simulated = Benchmark(document, "simulator/percpu/enable");
  EXPECT_EQ(Text(simulated, "target"), "simulator");
  EXPECT_EQ(Text(simulated, "cpu_time"), "123.4");
  EXPECT_EQ(Text(simulated, "real_time"), "130");
  EXPECT_EQ(Text(simulated, "ns_p99"), "200");
  EXPECT_EQ(Text(simulated, "limit"), "(none)");
  EXPECT_EQ(Text(Benchmark(document, "el2/limit/enable"), "limit"), "(none)");
}

TEST(JsonFile, SaysWhatFailedAndWhatWasSkippedAsGoogleBenchmarkDoes) {
  const JsonValue document = Rendered();
  const JsonValue& failed = Benchmark(document, "el2/percpu/audit");
  EXPECT_EQ(Text(failed, "error_occurred"), "true");
  EXPECT_EQ(Text(failed, "error_message"), "kInUse");
  const JsonValue& skipped = Benchmark(document, "el2/percpu/irq");
  EXPECT_EQ(Text(skipped, "skipped"), "true");
  EXPECT_EQ(Text(skipped, "skip_message"), "no GIC");
}

/// What compare.py's report.py and util.py index without asking whether it is there, and with what
/// type.
TEST(JsonFile, HasWhatCompareReads) {
  const JsonValue document = Rendered();
  EXPECT_EQ(Text(*document.Find("context"), "json_schema_version"), "1");
  std::set<std::string> names;
  for (const auto& [unused, benchmark] : document.Find("benchmarks")->members()) {
    for (const char* name : {"name", "run_name", "run_type", "time_unit"}) {
      ASSERT_NE(benchmark.Find(name), nullptr) << name;
      EXPECT_EQ(benchmark.Find(name)->kind(), Kind::kString) << name;
    }
    for (const char* name :
         {"iterations", "real_time", "cpu_time", "repetitions", "repetition_index", "threads",
          "family_index", "per_family_instance_index"}) {
      ASSERT_NE(benchmark.Find(name), nullptr) << name;
      EXPECT_EQ(benchmark.Find(name)->kind(), Kind::kNumber) << name;
    }
    EXPECT_EQ(Text(benchmark, "run_type"), "iteration");
    EXPECT_EQ(Text(benchmark, "time_unit"), "ns");
    // It takes results of one name for repetitions of one benchmark.
    EXPECT_TRUE(names.insert(Text(benchmark, "name")).second) << Text(benchmark, "name");
  }
  EXPECT_EQ(names.size(), 5u);
}

TEST(JsonFile, SaysWhereAndWhen) {
  const JsonValue document = Rendered();
  const JsonValue& context = *document.Find("context");
  EXPECT_EQ(Text(context, "date").size(), std::string("2000-01-01T00:00:00+00:00").size());
  EXPECT_EQ(Text(context, "executable"), "//bench");
  EXPECT_NE(Text(context, "num_cpus"), "0");
  EXPECT_EQ(Text(context, "no_cycles"), "icount");
  EXPECT_EQ(Text(context, "no_instructions"), "(none)");
}

TEST(JsonFile, EscapesText) {
  const JsonValue document = Rendered();
  EXPECT_EQ(Text(Benchmark(document, "el2/percpu/enable"), "label"), "a \"label\"\t\\");
}

TEST(JsonFile, HasWhatIsSelectedWithItsLimit) {
  const JsonValue document =
      Rendered([](std::string_view name) { return name == "percpu/enable"; });
  EXPECT_EQ(document.Find("benchmarks")->members().size(), 2u);
  EXPECT_EQ(Text(Benchmark(document, "el2/percpu/enable"), "limit"), "10");
}

}  // namespace
}  // namespace trivet::bench
