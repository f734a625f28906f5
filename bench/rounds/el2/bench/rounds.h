#pragma once

#include <benchmark/benchmark.h>

#include <atomic>
#include <cstdint>

#include "allcpus/all_cpus.h"
#include "bench/freestanding/platform.h"
#include "bench/host.h"
#include "bench/machine.h"
#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/cpus.h"

/// Rounds of a group of CPUs, on the CPUs of the board.
namespace trivet::bench {

/// One CPU at a time runs: 0, 1, 2, ... and round again. So what each executes does not depend on
/// how fast the others are, nor on how an emulator schedules them. No
/// events: they would wake parked CPUs, and an emulator that runs all CPUs in one thread counts
/// their instructions too.
class Turns {
 public:
  explicit Turns(unsigned cpus) : cpus_(cpus) {}
  void Await(unsigned cpu) const {
    while (whose_.load(std::memory_order_acquire) != cpu) asm volatile("yield" ::: "memory");
  }
  void PassOn(unsigned from) { whose_.store((from + 1) % cpus_, std::memory_order_release); }

 private:
  const unsigned cpus_;
  std::atomic<unsigned> whose_ = 0;
};

/// The clock of a CPU that counts: SystemCounter, but while it waits the others have their turns,
/// and nothing is counted.
template <bool kCounted>
struct TurnClock {
  Turns& turns;
  unsigned cpu;
  benchmark::State& counted;

  static std::uint64_t Now() { return allcpus::SystemCounter::Now(); }
  [[gnu::noinline]] void Pause() {
    if constexpr (kCounted) counted.PauseTiming();
    turns.PassOn(cpu);
    turns.Await(cpu);
    if constexpr (kCounted) counted.ResumeTiming();
  }
};

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
    LetOthersRun();  // Until each waits for a turn: none starts up while another counts.
  }
  ~Rounds() {
    round_ = kNoMore;
    if (exist()) LetOthersRun();
  }
  Rounds(const Rounds&) = delete;
  Rounds& operator=(const Rounds&) = delete;

  /// Only where instructions are counted: elsewhere a turn means nothing, and in an emulator that
  /// runs the CPUs in parallel takes as long as its host likes.
  bool exist() const { return exists_; }

  /// A round that `state` counts on this CPU, and that the others count for Finish().
  Status Counted(benchmark::State& state, allcpus::Operation operation) {
    counted_ = true;
    return Lead<true>(state, operation);
  }
  Status Uncounted(allcpus::Operation operation) {
    counted_ = false;
    benchmark::State nobody;
    return Lead<false>(nobody, operation);
  }
  template <class F>
  void Finish(benchmark::State& state, F) {
    for (benchmark::State& member : counts_) state.Include(member);
  }

 private:
  static constexpr std::uint64_t kNoLimit = ~std::uint64_t{0};
  static constexpr unsigned kNoMore = 0, kNone = 1;  // Rounds count from 2.

  void LetOthersRun() {
    turns_.PassOn(0);
    turns_.Await(0);
  }

  template <bool kCounted>
  Status Lead(benchmark::State& state, allcpus::Operation operation) {
    ++round_;
    TurnClock<kCounted> clock{turns_, 0, state};
    const Status status = all_.Announce(operation);
    if (status != Status::kOk) return status;
    return all_.Lead(0, allcpus::Local(cpus_[0]), clock, kNoLimit);
  }

  /// CPU `cpu`'s part in this round.
  template <bool kCounted>
  void Join(unsigned cpu) {
    benchmark::State& state = counts_[cpu];
    TurnClock<kCounted> clock{turns_, cpu, state};
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
  benchmark::State counts_[kCpus];
};

}  // namespace trivet::bench
