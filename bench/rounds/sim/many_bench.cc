// SPDX-License-Identifier: Apache-2.0 OR MIT
// Groups that only the simulator has, and what only it has to time in another way.

#include <chrono>

#include "bench/rounds/rounds_bench.h"

namespace trivet::bench {
namespace {

BENCHMARK(RoundPair<8>)->Name("allcpus/pair/8");
BENCHMARK(RoundPair<64>)->Name("allcpus/pair/64");
BENCHMARK(RoundPair<512>)->Name("allcpus/pair/512");

/// Enable or disable alone; per CPU. By two readings of the host's steady clock a round: to pause
/// Google Benchmark's own costs more than a round of one CPU does.
template <unsigned kCpus, Operation kOperation>
void TimedRound(benchmark::State& state) {
  using Clock = std::chrono::steady_clock;
  RoundsOf<kCpus> rounds;
  if (kOperation == Operation::kDisable) rounds.Uncounted(Operation::kEnable);
  while (state.KeepRunningBatch(kCpus)) {
    const Clock::time_point start = Clock::now();
    rounds.Counted(state, kOperation);
    const std::chrono::duration<double> taken = Clock::now() - start;
    state.SetIterationTime(taken.count());
    rounds.Uncounted(Inverse(kOperation));
  }
  rounds.Finish(state, [&] { rounds.Uncounted(kOperation); });
  if (kOperation == Operation::kEnable) rounds.Uncounted(Operation::kDisable);
}

template <unsigned kCpus>
constexpr auto kEnables = &TimedRound<kCpus, Operation::kEnable>;
template <unsigned kCpus>
constexpr auto kDisables = &TimedRound<kCpus, Operation::kDisable>;

BENCHMARK(kEnables<1>)->Name("allcpus/enable/1")->UseManualTime();
BENCHMARK(kEnables<2>)->Name("allcpus/enable/2")->UseManualTime();
BENCHMARK(kEnables<4>)->Name("allcpus/enable/4")->UseManualTime();
BENCHMARK(kEnables<8>)->Name("allcpus/enable/8")->UseManualTime();
BENCHMARK(kEnables<64>)->Name("allcpus/enable/64")->UseManualTime();
BENCHMARK(kEnables<512>)->Name("allcpus/enable/512")->UseManualTime();
BENCHMARK(kDisables<1>)->Name("allcpus/disable/1")->UseManualTime();
BENCHMARK(kDisables<2>)->Name("allcpus/disable/2")->UseManualTime();
BENCHMARK(kDisables<4>)->Name("allcpus/disable/4")->UseManualTime();
BENCHMARK(kDisables<8>)->Name("allcpus/disable/8")->UseManualTime();
BENCHMARK(kDisables<64>)->Name("allcpus/disable/64")->UseManualTime();
BENCHMARK(kDisables<512>)->Name("allcpus/disable/512")->UseManualTime();

}  // namespace
}  // namespace trivet::bench
