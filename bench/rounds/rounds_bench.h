// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include "allcpus/rendezvous.h"
#include "bench/rounds.h"
#include "hal/status.h"

/// Virtualization on and off on a group of CPUs, all of them or none: what it costs each of them.
namespace trivet::bench {

using allcpus::Operation;

constexpr Operation Inverse(Operation operation) {
  return operation == Operation::kEnable ? Operation::kDisable : Operation::kEnable;
}

/// Runs rounds of one group; keeps the worst status.
template <unsigned kCpus>
class RoundsOf {
 public:
  bool IsReady(benchmark::State& state) const {
    if (!rounds_.exist())
      state.SkipWithMessage("fewer CPUs here, or none that counts instructions");
    return rounds_.exist();
  }
  void Counted(benchmark::State& state, Operation operation) {
    Note(rounds_.Counted(state, operation));
  }
  void Uncounted(Operation operation) { Note(rounds_.Uncounted(operation)); }
  /// After the loop: adds what the other CPUs counted, and the events of `f`, done once more.
  template <class F>
  void Finish(benchmark::State& state, F f) {
    if (worst_ != Status::kOk) state.SkipWithError(ToString(worst_));
    rounds_.Finish(state, f);
  }

 private:
  void Note(Status status) {
    if (status != Status::kOk) [[unlikely]]
      worst_ = status;
  }

  Rounds<kCpus> rounds_;
  Status worst_ = Status::kOk;
};

/// Enable and disable; per CPU.
template <unsigned kCpus>
void RoundPair(benchmark::State& state) {
  RoundsOf<kCpus> rounds;
  if (!rounds.IsReady(state)) return;
  while (state.KeepRunningBatch(kCpus)) {
    rounds.Counted(state, Operation::kEnable);
    rounds.Counted(state, Operation::kDisable);
  }
  rounds.Finish(state, [&] {
    rounds.Uncounted(Operation::kEnable);
    rounds.Uncounted(Operation::kDisable);
  });
}

/// One of them; per CPU.
template <unsigned kCpus, Operation kOperation>
void Round(benchmark::State& state) {
  RoundsOf<kCpus> rounds;
  if (!rounds.IsReady(state)) return;
  if (kOperation == Operation::kDisable) rounds.Uncounted(Operation::kEnable);
  while (state.KeepRunningBatch(kCpus)) {
    rounds.Counted(state, kOperation);
    state.PauseTiming();
    rounds.Uncounted(Inverse(kOperation));
    state.ResumeTiming();
  }
  if (kOperation == Operation::kDisable) rounds.Uncounted(Operation::kDisable);
  rounds.Finish(state, [] {});
}

}  // namespace trivet::bench
