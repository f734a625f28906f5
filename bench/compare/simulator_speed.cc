// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/simulator_speed.h"

#include <algorithm>
#include <format>
#include <vector>

#include "bench/compare/targets.h"

namespace trivet::bench {
namespace {

struct Ratio {
  const char* name;
  const char* base;
  double aim;  ///< At most.
};
constexpr Ratio kRatios[] = {
    // An enable and disable with every check, beside two accesses to a plain array.
    {"sim/pair", "sim/array_pair", 9},
    // Two million lines a second, where an array pair takes 2.5 ns.
    {"sim/replay_line", "sim/array_pair", 200},
    // More PEs than the first cache holds cost more each, but not more than the second one's
    // latency.
    {"sim/pair_each_pe/512", "sim/pair_each_pe/8", 1.6},
};
/// Of a loop over 512 PEs, each 64 cost what the others do, but for this factor.
constexpr double kUneven = 1.1;
constexpr int kBlocks = 8;

std::optional<double> TimeOf(const std::optional<TargetOutput>& simulator,
                             const std::string& name) {
  const Result* const result = Find(simulator, name);
  return result == nullptr ? std::nullopt : result->time_ns;
}

std::string Line(const std::string& what, double ratio, const std::string& base, double aim) {
  return std::format("{} takes {:.2f} times {} (aim: at most {}){}\n", what, ratio, base, aim,
                     ratio > aim ? ": above it" : "");
}

std::string Blocks(const std::optional<TargetOutput>& simulator) {
  double sum = 0, most = 0;
  for (int i = 0; i < kBlocks; ++i) {
    const auto time = TimeOf(simulator, std::format("sim/pair_block/block:{}", i));
    if (!time) return {};
    sum += *time;
    most = std::max(most, *time);
  }
  return Line("the slowest block of 64 PEs", most * kBlocks / sum, "their mean", kUneven);
}

}  // namespace

std::string SimulatorSpeed(const std::optional<TargetOutput>& simulator) {
  std::string text;
  for (const Ratio& ratio : kRatios) {
    const auto time = TimeOf(simulator, ratio.name), base = TimeOf(simulator, ratio.base);
    if (time && base) text += Line(ratio.name, *time / *base, ratio.base, ratio.aim);
  }
  return text + Blocks(simulator);
}

}  // namespace trivet::bench
