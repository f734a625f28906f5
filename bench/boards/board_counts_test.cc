// SPDX-License-Identifier: Apache-2.0 OR MIT
// What everything costs at EL2 is a matter of the CPU alone: each machine that models a board
// counts what the virt machine counts with that CPU.

#include <gtest/gtest.h>

#include <cstdlib>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "bench/counts/expected_counts.h"

namespace trivet::bench {
namespace {

std::vector<std::string> Words(const char* variable) {
  std::istringstream stream(std::getenv(variable));
  return {std::istream_iterator<std::string>(stream), {}};
}

/// Of allcpus/OPERATION/SIZE; 1 for another row.
unsigned long GroupSize(const std::string& name) {
  if (!name.starts_with("allcpus/")) return 1;
  return std::strtoul(name.c_str() + name.rfind('/') + 1, nullptr, 10);
}

/// A run looks at its CPU's GICv3 interface, or at its place elsewhere, and a load switches that
/// interface's registers too: a few instructions apart on machines with another controller.
bool RunsAGuest(const std::string& name) {
  return name.starts_with("guest") || name.starts_with("interface/run") ||
         name == "limit/vcpu_switch";
}
void ExpectClose(const std::string& name, const std::string& on_board, const std::string& on_virt) {
  constexpr long kFew = 24;
  const long difference =
      std::strtol(on_board.c_str(), nullptr, 10) - std::strtol(on_virt.c_str(), nullptr, 10);
  EXPECT_LE(std::labs(difference), kFew) << name << ": " << on_board << ", " << on_virt;
}

/// vgic/... and what is the limit of these alone.
bool NeedsGicV3(const std::string& name, const Counts& counts) {
  if (!name.starts_with("limit/")) return name.starts_with("vgic/");
  const std::string operation = name.substr(name.find('/'));
  return counts.contains("vgic" + operation) && !counts.contains("guest" + operation);
}

TEST(BoardCounts, AreTheVirtMachinesWithTheSameCpu) {
  const std::string model = std::getenv("CPU_MODEL");
  const auto on_board = CountOn(Words("RUN_ON_BOARD"), "");
  const auto on_virt = CountOn(Words("RUN_ON_VIRT"), model);
  ASSERT_TRUE(on_board.has_value()) << on_board.error();
  ASSERT_TRUE(on_virt.has_value()) << on_virt.error();
  EXPECT_GT(on_board->size(), 10u);
  const bool has_gicv3 = on_board->at("vgic/inject") != "-";
  for (const auto& [name, count] : *on_virt) {
    ASSERT_TRUE(on_board->contains(name)) << name;
    if (GroupSize(name) > std::strtoul(std::getenv("CPUS"), nullptr, 10)) {
      EXPECT_EQ(on_board->at(name), "-") << name << ": the machine has fewer CPUs";
    } else if (!has_gicv3 && NeedsGicV3(name, *on_virt)) {
      EXPECT_EQ(on_board->at(name), "-") << name << ": the machine has no GICv3";
    } else if (RunsAGuest(name)) {
      ExpectClose(name, on_board->at(name), count);
    } else {
      EXPECT_EQ(on_board->at(name), count) << name << " on " << model;
    }
  }
  EXPECT_EQ(on_board->size(), on_virt->size());
}

}  // namespace
}  // namespace trivet::bench
