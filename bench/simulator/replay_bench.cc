// SPDX-License-Identifier: Apache-2.0 OR MIT
// Traces in the format elx-trace 1 replayed from memory; the time is per line.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lab/traces/input.h"
#include "lab/traces/replayer.h"
#include "sim/profiles/profile.h"

namespace trivet::bench {
namespace {

constexpr const char* kTraces[] = {"t1_hcr_trap_matrix", "t2_instr", "t6_stage2", "t7_random_1"};

std::vector<std::string> LinesOfTraces() {
  std::vector<std::string> lines;
  for (const char* trace : kTraces) {
    const std::string path = std::string("lab/golden/") + trace + ".max_v8.5.elx.gz";
    const std::string text = lab::ReadInput(path);
    std::string_view line;
    for (lab::Lines rest(text); rest.Next(line);) lines.emplace_back(line);
  }
  return lines;
}

void Replay(benchmark::State& state) {
  static const std::vector<std::string> lines = LinesOfTraces();
  lab::Replayer replayer(sim::ProfileNamed("max"));
  while (state.KeepRunningBatch(static_cast<benchmark::IterationCount>(lines.size()))) {
    for (const std::string& line : lines) (void)replayer.Line(line);
  }
}
BENCHMARK(Replay)->Name("sim/replay_line");

}  // namespace
}  // namespace trivet::bench
