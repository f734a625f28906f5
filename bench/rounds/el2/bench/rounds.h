// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>

#include "allcpus/all_cpus.h"
#include "bench/host.h"
#include "bench/machine.h"
#include "freestanding/benchmark/platform.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"

/// Rounds of a group of CPUs, on the CPUs of the board.
namespace trivet::bench {

/// One CPU at a time runs: 0, 1, 2, ... and round again. So what each executes does not depend on
/// how fast the others are, nor on how an emulator schedules them. The others sleep till an event,
/// which wakes them all: whose turn it is sees the rest asleep again before it goes on.
class Turns {
 public:
  explicit Turns(unsigned cpus) : cpus_(cpus) {}
  void Await(unsigned cpu) const {
    while (whose_.load(std::memory_order_acquire) != cpu) asm volatile("wfe" ::: "memory");
    benchmark::internal::LetWokenCpusSleep();
  }
  void PassOn(unsigned from) {
    whose_.store((from + 1) % cpus_, std::memory_order_release);
    asm volatile("dsb ish\n\tsev" ::: "memory");
  }
  /// Lets all others have their turns.
  void HandRound(unsigned cpu) {
    if (cpus_ == 1) return;
    PassOn(cpu);
    Await(cpu);
  }

 private:
  const unsigned cpus_;
  std::atomic<unsigned> whose_ = 0;
};

/// What a CPU of a group counts, and how often it waited meanwhile.
struct Share {
  benchmark::State state;
  std::int64_t waits = 0;
};

/// The clock of a CPU: SystemCounter, but while it waits the others have their turns. Of a wait
/// only its ends are counted, the same each time: WithoutWaits() takes them off.
template <bool kCounted>
struct TurnClock {
  Turns& turns;
  unsigned cpu;
  benchmark::State& counted;
  std::int64_t& waits;

  static std::uint64_t Now() { return allcpus::SystemCounter::Now(); }
  [[gnu::noinline]] void Pause() {
    if constexpr (kCounted) counted.PauseTiming();
    ++waits;
    turns.HandRound(cpu);
    if constexpr (kCounted) counted.ResumeTiming();
  }
};

/// Takes off `state` what the ends of that many waits count.
inline void WithoutWaits(benchmark::State& state, std::int64_t waits) {
  Turns alone(1);
  std::int64_t again = 0;
  benchmark::State waiting, looping;
  TurnClock<true> clock{alone, 0, waiting, again};
  waiting.ResumeTiming();
  for (std::int64_t left = waits; left != 0; benchmark::internal::CountDown(left, 1)) clock.Pause();
  waiting.PauseTiming();
  looping.ResumeTiming();
  for (std::int64_t left = waits; left != 0; benchmark::internal::CountDown(left, 1)) {
    benchmark::ClobberMemory();
  }
  looping.PauseTiming();
  waiting.Deduct(looping);
  state.Deduct(waiting);
}

/// kCpus CPUs, the caller's among them as number 0, which leads.
template <unsigned kCpus>
class Rounds {
 public:
  Rounds() {
    if (!exist()) return;
    (void)cpus_[0].Create(hal::Cpu::CurrentCpu());
    for (unsigned cpu = 1; cpu < kCpus; ++cpu) {
      while (platforms::StartCpu(cpu, &Serve, this) != Status::kOk) asm volatile("yield");
    }
    turns_.HandRound(0);  // Until each waits for a turn: none starts up while another counts.
  }
  ~Rounds() {
    round_ = kNoMore;
    if (exist()) turns_.HandRound(0);
  }
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  /// Only where instructions are counted: elsewhere a turn means nothing, and in an emulator that
  /// runs the CPUs in parallel takes as long as its host likes.
  bool exist() const { return exists_; }

  /// A round that `state` counts on this CPU, and that the others count for Finish().
  Status Counted(benchmark::State& state, allcpus::Operation operation) {
    counted_ = true;
    return Lead<true>(state, shares_[0].waits, operation);
  }
  Status Uncounted(allcpus::Operation operation) {
    counted_ = false;
    Share unused;
    return Lead<false>(unused.state, unused.waits, operation);
  }
  template <class F>
  void Finish(benchmark::State& state, F) {
    std::int64_t waits = 0;
    for (const Share& share : shares_) {
      state.Include(share.state);
      waits += share.waits;
    }
    WithoutWaits(state, waits);
  }

 private:
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
  static constexpr unsigned kNoMore = 0, kNone = 1;  // Rounds count from 2.

  template <bool kCounted>
  Status Lead(benchmark::State& state, std::int64_t& waits, allcpus::Operation operation) {
    ++round_;
    TurnClock<kCounted> clock{turns_, 0, state, waits};
    const Status status = all_.Announce(operation);
    if (status != Status::kOk) return status;
    return all_.Lead(0, allcpus::Local(cpus_[0]), clock, kNoLimit);
  }

  /// CPU `cpu`'s part in this round.
  template <bool kCounted>
  void Join(unsigned cpu) {
    benchmark::State& state = shares_[cpu].state;
    TurnClock<kCounted> clock{turns_, cpu, state, shares_[cpu].waits};
    if constexpr (kCounted) state.ResumeTiming();
    (void)all_.Join(cpu, allcpus::Local(cpus_[cpu]), clock, kNoLimit);  // The leader reports.
    if constexpr (kCounted) state.PauseTiming();
  }

  void ServeRounds(unsigned cpu) {
    unsigned joined = kNone;
    for (;;) {
      turns_.Await(cpu);
      if (round_ == kNoMore) return turns_.PassOn(cpu);
      if (round_ != joined) {
        joined = round_;
        counted_ ? Join<true>(cpu) : Join<false>(cpu);
      }
      turns_.PassOn(cpu);
    }
  }
  static void Serve(unsigned cpu, void* self) {
    const OneCpu host;
    (void)benchmark::internal::StartCounters();
    (void)cpus_[cpu].Create(hal::Cpu::CurrentCpu());
    static_cast<Rounds*>(self)->ServeRounds(cpu);
  }

  static inline constinit percpu::PerCpu<BenchHost> cpus_[kCpus];
  static inline constinit allcpus::AllCpus<kCpus> all_;

  const OneCpu host_;
  const bool exists_ =
      kCpus <= platforms::CpuCount() && benchmark::internal::StartCounters().counts_instructions;
  Turns turns_{kCpus};
  // Changed by CPU 0 in its turn.
  unsigned round_ = kNone;
  bool counted_ = false;
  Share shares_[kCpus];
};

}  // namespace trivet::bench
