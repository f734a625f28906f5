// The simulator is fast enough to test with: ratios to a plain array of registers, from the
// best of several runs, since the host is shared.

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <format>
#include <map>
#include <string>

#include "bench/compare/result_line.h"
#include "tools/runner/child.h"

namespace trivet::bench {
namespace {

using Nanoseconds = std::map<std::string, double>;

/// What one run of the simulator's own benchmarks takes, by name.
Nanoseconds RunOnce() {
  std::string output;
  const runner::ChildEnd end = runner::RunChild(
      {std::getenv("RUN_SIM_BENCH"), "--trivet_lines", "--benchmark_filter=^sim/",
       "--benchmark_min_time=0.02s"},
      std::chrono::seconds(50), [&output](std::string_view text) { output += text; });
  EXPECT_EQ(end.kind, runner::ChildEnd::Kind::kExited);
  EXPECT_EQ(end.value, 0) << output;
  const auto leg = ParseLegOutput(output);
  EXPECT_TRUE(leg.has_value()) << (leg ? "" : leg.error());
  Nanoseconds times;
  if (!leg) return times;
  for (const Result& result : leg->results) {
    EXPECT_EQ(result.error, "") << result.name;
    if (result.time_ns) times[result.name] = *result.time_ns;
  }
  return times;
}

Nanoseconds Best() {
  Nanoseconds best;
  for (int run = 0; run < 12; ++run) {
    for (const auto& [name, time] : RunOnce()) {
      const auto [entry, added] = best.emplace(name, time);
      if (!added) entry->second = std::min(entry->second, time);
    }
  }
  return best;
}

class SimSpeed : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { best_ = new Nanoseconds(Best()); }
  static void TearDownTestSuite() { delete best_; }

  /// How many times `name` takes what `base` takes; prints both.
  static double Ratio(const std::string& name, const std::string& base) {
    if (!best_->contains(name) || !best_->contains(base)) {
      ADD_FAILURE() << "not measured: " << name << " or " << base;
      return 1e9;
    }
    const double ratio = best_->at(name) / best_->at(base);
    std::printf("%s %.1f ns, %s %.1f ns, ratio %.2f\n", name.c_str(), best_->at(name), base.c_str(),
                best_->at(base), ratio);
    return ratio;
  }

  /// Of the loop over 512 PEs, the n-th 64: nanoseconds a PE.
  static double Block(int n) { return best_->at(std::format("sim/pair_block/{}", n)); }

  static inline Nanoseconds* best_ = nullptr;
};

TEST_F(SimSpeed, APairWithEveryCheckCostsAtMostNineArrayPairs) {
  EXPECT_LE(Ratio("sim/pair", "sim/array_pair"), 9);
}

/// Two million lines a second, where an array pair takes 2.5 ns.
TEST_F(SimSpeed, ATraceLineCostsAtMostTwoHundredArrayPairs) {
  EXPECT_LE(Ratio("sim/replay_line", "sim/array_pair"), 200);
}

/// In a loop over 512 PEs, any 64 of them cost what the others do.
TEST_F(SimSpeed, TheCostPerPeIsFlat) {
  constexpr int kBlocks = 8;
  double sum = 0;
  for (int i = 0; i < kBlocks; ++i) sum += Block(i);
  for (int i = 0; i < kBlocks; ++i) {
    const double ratio = Block(i) / (sum / kBlocks);
    std::printf("PEs %d to %d: %.1f ns each, %.2f of the mean\n", 64 * i, 64 * i + 63, Block(i),
                ratio);
    EXPECT_LE(ratio, 1.1);
    EXPECT_GE(ratio, 0.9);
  }
}

/// More PEs than the host's first cache holds cost more each, but not more than its second one's
/// latency.
TEST_F(SimSpeed, TheCostPerPeGrowsWithTheCachesOnly) {
  EXPECT_LE(Ratio("sim/pair_each_pe/512", "sim/pair_each_pe/8"), 1.6);
}

}  // namespace
}  // namespace trivet::bench
