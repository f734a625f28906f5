#include "bench/compare/table.h"

#include <gtest/gtest.h>

#include <string>

namespace trivet::bench {
namespace {

bool All(std::string_view) { return true; }

LegOutput Simulator() {
  return {.results = {{.name = "percpu/enable", .time_ns = 123.44},
                      {.name = "percpu/odd", .time_ns = 7}}};
}
LegOutput El2() {
  return {.results = {{.name = "limit/enable", .instructions = 10},
                      {.name = "seed/enable", .instructions = 9, .label = "incorrect"},
                      {.name = "percpu/enable", .instructions = 12},
                      {.name = "hal/isb", .instructions = 1.125}}};
}

TEST(Table, PutsBothLegsTheLimitAndTheRatioInOneRow) {
  EXPECT_EQ(RenderTable(Simulator(), El2(), All),
            "operation         simulator       EL2 in QEMU   limit   ratio\n"
            "                         ns      instructions\n"
            "-------------------------------------------------------------\n"
            "percpu/enable         123.4                12      10    1.20\n"
            "percpu/odd              7.0                 -\n"
            "hal/isb                   -             1.125\n"
            "\n"
            "limit/enable              -                10\n"
            "seed/enable               -                 9                  incorrect\n");
}

TEST(Table, ShowsOneLegAlone) {
  const std::string table = RenderTable(Simulator(), std::nullopt, All);
  EXPECT_NE(table.find("percpu/enable         123.4                 -\n"), table.npos) << table;
}

TEST(Table, KeepsTheLimitOfAFilteredRow) {
  const std::string table = RenderTable(
      Simulator(), El2(), [](std::string_view name) { return name == "percpu/enable"; });
  EXPECT_NE(table.find("10    1.20\n"), table.npos) << table;
  EXPECT_EQ(table.find("limit/"), table.npos) << table;
}

TEST(Table, NamesAFailure) {
  LegOutput el2 = El2();
  el2.results[2] = {.name = "percpu/enable", .error = "kInUse"};
  const std::string table = RenderTable(Simulator(), el2, All);
  EXPECT_NE(table.find("EL2 FAILED: kInUse"), table.npos) << table;
}

TEST(Table, IsEmptyWhenNothingIsSelected) {
  EXPECT_EQ(RenderTable(Simulator(), El2(), [](std::string_view) { return false; }), "");
}

}  // namespace
}  // namespace trivet::bench
