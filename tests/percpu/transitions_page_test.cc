// SPDX-License-Identifier: Apache-2.0 OR MIT
// Compares docs/transitions.md with the code: its lists with the plans, its costs with
// bench/expected_counts.txt.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "hal/cpu.h"
#include "hal/register_info.h"
#include "percpu/per_cpu.h"
#include "percpu/plan.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using Rows = std::vector<std::string>;
using Action = percpu::Plan::Action;

std::string ActionText(const percpu::Plan::Line& line) {
  switch (line.action) {
    case Action::kWrite: return std::string("write ") + hal::InfoOf(line.register_id).name;
    case Action::kIsb: return "isb";
    case Action::kDsb: return "dsb nsh";
    case Action::kTlbi: return percpu::ToString(line.tlbi);
  }
  return "?";
}

Rows RowsOf(const percpu::Plan& plan) {
  Rows rows;
  for (std::size_t i = 0; i < plan.size(); ++i) {
    rows.push_back(std::string(plan[i].step) + " | " + ActionText(plan[i]));
  }
  return rows;
}

/// "step | action" of each row of the first table with those columns under the heading.
Rows RowsUnder(const std::string& heading) {
  std::ifstream file("docs/transitions.md");
  Rows rows;
  bool found = false, in_table = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) found = line == "## " + heading;
    if (!found) continue;
    if (in_table && !line.starts_with("|")) break;
    const bool heads = line.starts_with("| step | action |");
    in_table = in_table || heads;
    if (!in_table || heads || line.starts_with("|-")) continue;
    const std::size_t second = line.find(" | ", line.find(" | ") + 1);
    rows.push_back(line.substr(2, second - 2));
  }
  return rows;
}

/// The counts of bench/expected_counts.txt for one CPU model, by row.
std::map<std::string, std::string> CountsOf(const std::string& model) {
  std::ifstream file("bench/expected_counts.txt");
  std::map<std::string, std::string> counts;
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    std::string name, count, word;
    words >> name >> count;
    bool counts_here = !(words >> word);
    for (; words; words >> word) counts_here = counts_here || word == model;
    if (counts_here && !counts.contains(name)) counts[name] = count;
  }
  return counts;
}

class TransitionsPage : public ::testing::Test {
 protected:
  template <class Cpu>
  static Rows Enable(Cpu& cpu) {
    percpu::Plan plan;
    EXPECT_EQ(cpu.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu.PlanEnable(plan), Status::kOk);
    return RowsOf(plan);
  }
};

TEST_F(TransitionsPage, EnableAndDisableWithTheVectorsPerEnable) {
  Machine machine(percpu::HostKind::kNvhe);
  percpu::PerCpu<TestHost> cpu;
  EXPECT_EQ(RowsUnder("Enable, vectors per enable"), Enable(cpu));

  percpu::Plan plan;
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(cpu.PlanDisable(plan), Status::kOk);
  EXPECT_EQ(RowsUnder("Disable, vectors per enable"), RowsOf(plan));
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_F(TransitionsPage, EnableWithTheVectorsPerRun) {
  Machine machine(percpu::HostKind::kNvhe);
  percpu::PerCpu<TestHost, percpu::PerRunPolicy> cpu;
  EXPECT_EQ(RowsUnder("Vectors per run"), Enable(cpu));
}

TEST_F(TransitionsPage, TheCostsAreThoseOfTheTableOfRecord) {
  const auto a72 = CountsOf("cortex-a72"), max = CountsOf("max");
  std::ifstream file("docs/transitions.md");
  unsigned rows = 0;
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("| `")) continue;
    const std::string name = line.substr(3, line.find('`', 3) - 3);
    ASSERT_TRUE(a72.contains(name) && max.contains(name)) << name;
    const std::string wanted = "| `" + name + "` | " + a72.at(name) + " | " + max.at(name) + " |";
    EXPECT_TRUE(line.starts_with(wanted)) << line << "\nnot " << wanted;
    ++rows;
  }
  EXPECT_GE(rows, 10u);
}

}  // namespace
}  // namespace trivet::tests
