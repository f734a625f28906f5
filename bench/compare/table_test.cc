// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/table.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

#include "bench/compare/simulator_speed.h"

namespace trivet::bench::table_test {
namespace {

bool All(std::string_view) { return true; }

Targets Both() {
  Targets targets;
  targets.simulator = {.results = {{.name = "percpu/enable", .time_ns = 123.44},
                                   {.name = "percpu/odd", .time_ns = 7},
                                   {.name = "sim/enable", .time_ns = 8}}};
  targets.el2 = {.results = {{.name = "limit/enable", .instructions = 10},
                             {.name = "baseline/enable", .instructions = 9, .label = "incorrect"},
                             {.name = "percpu/enable", .instructions = 12},
                             {.name = "hal/isb", .instructions = 1.125}}};
  return targets;
}

#define EXPECT_CONTAINS(table, text) EXPECT_NE((table).find(text), std::string::npos) << (table)
#define EXPECT_LACKS(table, text) EXPECT_EQ((table).find(text), std::string::npos) << (table)

TEST(Table, PutsBothTargetsTheLimitAndTheRatioInOneRow) {
  EXPECT_EQ(RenderTable(Both(), All),
            "operation        simulator           EL2  limit  ratio\n"
            "                        ns  instructions\n"
            "------------------------------------------------------\n"
            "percpu/enable        123.4            12     10   1.20\n"
            "percpu/odd             7.0             -\n"
            "sim/enable             8.0             -\n"
            "hal/isb                  -         1.125\n"
            "\n"
            "limit/enable             -            10\n"
            "baseline/enable          -             9                incorrect\n");
}

TEST(Table, ShowsWhatATargetCountsBesides) {
  Targets targets = Both();
  targets.simulator->results[0].numbers = {
      {"ns_p50", 123.44}, {"ns_p99", 200}, {"ns_max", 1000.25}};
  targets.el2->results[2].numbers = {{"isb", 1}, {"msr", 2}, {"tlbi", 0}, {"repeatable", 1}};
  targets.el2->results[3].numbers = {{"repeatable", 0}};
  targets.simulator->results[1].numbers = {{"ns_p50", 7}, {"ns_p99", 7}, {"ns_max", 8}};
  targets.simulator->results[2].numbers = {{"ns_p50", 8}, {"ns_p99", 8}, {"ns_max", 8}};
  EXPECT_EQ(
      RenderTable(targets, All),
      "operation        simulator                          EL2                  limit  ratio\n"
      "                    ns p50    p99     max  instructions  isb  msr  tlbi\n"
      "-------------------------------------------------------------------------------------\n"
      "percpu/enable        123.4  200.0  1000.2            12    1    2     0     10   1.20\n"
      "percpu/odd             7.0    7.0     8.0             -    -    -     -\n"
      "sim/enable             8.0    8.0     8.0             -    -    -     -\n"
      "hal/isb                  -      -       -        1.125~    -    -     -\n"
      "\n"
      "limit/enable             -      -       -            10    -    -     -\n"
      "baseline/enable          -      -       -             9    -    -     -"
      "                incorrect\n");
}

TEST(Table, ShowsTheCyclesOfABoard) {
  Targets targets;
  targets.el2 = {.results = {{.name = "hal/isb",
                              .instructions = 1,
                              .numbers = {{"cycles_p50", 15},
                                          {"cycles_p99", 15.5},
                                          {"cycles_max", 140},
                                          {"ns_p50", 10},
                                          {"ns_p99", 11},
                                          {"ns_max", 95.25}}}}};
  EXPECT_EQ(RenderTable(targets, All),
            "operation           EL2                                               limit  ratio\n"
            "           instructions  cycles p50     p99  max  ns p50   p99   max\n"
            "----------------------------------------------------------------------------------\n"
            "hal/isb               1          15  15.500  140    10.0  11.0  95.2\n");
}

TEST(Table, ShowsOneTargetAlone) {
  Targets targets = Both();
  targets.el2.reset();
  const std::string table = RenderTable(targets, All);
  EXPECT_CONTAINS(table, "percpu/enable      123.4\n");
  EXPECT_LACKS(table, "EL2");
}

TEST(Table, KeepsTheLimitOfAFilteredRow) {
  const std::string table =
      RenderTable(Both(), [](std::string_view name) { return name == "percpu/enable"; });
  EXPECT_CONTAINS(table, "10   1.20\n");
  EXPECT_LACKS(table, "limit/");
}

TEST(Table, NamesAFailure) {
  Targets targets = Both();
  targets.el2->results[2] = {.name = "percpu/enable", .error = "kInUse"};
  EXPECT_CONTAINS(RenderTable(targets, All), "EL2 FAILED: kInUse");
}

TEST(Table, IsEmptyWhenNothingIsSelected) {
  EXPECT_EQ(RenderTable(Both(), [](std::string_view) { return false; }), "");
}

TEST(SimulatorSpeed, ComparesWhatIsThereWithItsAim) {
  std::optional<TargetOutput> simulator;
  EXPECT_EQ(SimulatorSpeed(simulator), "");
  simulator = {.results = {{.name = "sim/array_pair", .time_ns = 2},
                           {.name = "sim/pair", .time_ns = 16},
                           {.name = "sim/replay_line", .time_ns = 402}}};
  EXPECT_EQ(SimulatorSpeed(simulator),
            "sim/pair takes 8.00 times sim/array_pair (aim: at most 9)\n"
            "sim/replay_line takes 201.00 times sim/array_pair (aim: at most 200): above it\n");
}

TEST(SimulatorSpeed, ComparesTheDearestPesWithTheMean) {
  std::optional<TargetOutput> simulator = TargetOutput{};
  for (int i = 0; i < 8; ++i) {
    EXPECT_EQ(SimulatorSpeed(simulator), "");
    simulator->results.push_back(
        {.name = "sim/pair_block/block:" + std::to_string(i), .time_ns = i == 3 ? 17 : 9});
  }
  EXPECT_EQ(
      SimulatorSpeed(simulator),
      "the slowest block of 64 PEs takes 1.70 times their mean (aim: at most 1.1): above it\n");
}

}  // namespace
}  // namespace trivet::bench::table_test
