// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"

namespace trivet::allcpus {

/// Measures how long a CPU waits. Now() increases, in the caller's units, and is used by this CPU
/// alone; Pause() is called before each poll of what other CPUs have to do, and may yield.
template <class K>
concept Clock = requires(K& clock) {
  { clock.Now() } -> std::convertible_to<std::uint64_t>;
  clock.Pause();
};

/// The generic timer's physical count, in ticks of CNTFRQ_EL0 a second. At EL2, or where
/// CNTPCT_EL0 is not trapped. [arm-arm] CNTPCT_EL0.
struct SystemCounter {
  static std::uint64_t Now() { return hal::Cpu::Read<hal::CntpctEl0>().raw(); }
  static void Pause() {}
};

/// Counts polls instead of time, for use without a clock.
class PollCount {
 public:
  std::uint64_t Now() { return ++polls_; }
  static void Pause() {}

 private:
  std::uint64_t polls_ = 0;
};

/// Detects that a phase has lasted longer than `limit`.
template <Clock K>
class Timeout {
 public:
  Timeout(K& clock, std::uint64_t limit) : clock_(clock), limit_(limit) {}

  /// Called before each poll, with the present phase.
  template <class Phase>
  bool IsOver(Phase phase) {
    const std::uint64_t now = clock_.Now();
    if (const int now_in = static_cast<int>(phase); now_in != phase_) {
      phase_ = now_in;
      since_ = now;
    }
    return now - since_ > limit_;
  }

 private:
  K& clock_;
  const std::uint64_t limit_;
  std::uint64_t since_ = 0;
  int phase_ = -1;
};

}  // namespace trivet::allcpus
