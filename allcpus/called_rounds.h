// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "allcpus/all_cpus.h"
#include "allcpus/clock.h"
#include "allcpus/local_cpu.h"
#include "allcpus/report.h"
#include "hal/status.h"

namespace trivet::allcpus {

/// Rounds that any CPU may begin while the others are elsewhere, in guests or waiting. Each CPU
/// looks at IsOpen() when it comes back, and takes part when it can. Static storage, one for the
/// group; unlike AllCpus it needs exclusives.
template <unsigned kCapacity>
class CalledRounds {
 public:
  /// Makes `cpu`, another one, come back: ends the run of its guest, or its wait. On any CPU of the
  /// group, again for one that came and did not take part.
  using Call = void (*)(unsigned cpu);

  constexpr CalledRounds(unsigned size, Call call) : all_(size), call_(call) {}

  /// Opens a round, which CPU `self`, the one that calls, leads by its next TakePart(); calls the
  /// others. kAlreadyCreated, and nothing done: one is open, or the last has not ended on some CPU.
  Status Begin(unsigned self, Operation operation) {
    if (open_.exchange(true)) return Status::kAlreadyCreated;
    leader_ = self;
    const Status status = all_.Announce(operation);
    status == Status::kOk ? CallOthers() : Close();
    return status;
  }

  bool IsOpen() const { return open_; }

  /// CPU `self`, the one that calls, takes part in the open round, as AllCpus::Lead() or Join().
  /// The leader calls the others again after `pause`, then each time after twice the time, so that
  /// a CPU that cannot take part in the handler of one call is not called again within it.
  template <Clock K>
  Status TakePart(unsigned self, const LocalCpu& cpu, K& clock, std::uint64_t limit,
                  std::uint64_t pause) {
    if (self != leader_) return all_.Join(self, cpu, clock, limit);
    CallingClock<K> calling = {clock, *this, clock.Now(), pause};
    const Status status = all_.Lead(self, cpu, calling, limit);
    last_ = static_cast<unsigned>(status) | Cause() << 8;
    Close();
    return status;
  }

  /// How the last round ended: a Status in bits 7:0, and above it the CPU that caused it.
  unsigned last() const { return last_; }
  const AllCpus<kCapacity>& all() const { return all_; }

 private:
  static constexpr unsigned kNone = ~0u;

  template <class K>
  struct CallingClock {
    K& clock;
    CalledRounds& of;
    std::uint64_t called, wait;

    std::uint64_t Now() { return clock.Now(); }
    void Pause() {
      clock.Pause();
      if (const std::uint64_t now = clock.Now(); now - called >= wait) {
        called = now;
        wait *= 2;
        of.CallOthers();
      }
    }
  };

  void CallOthers() const {
    for (unsigned cpu = 0; cpu < all_.size(); ++cpu) {
      if (cpu != leader_) call_(cpu);
    }
  }
  void Close() {
    leader_ = kNone;
    open_ = false;
  }
  unsigned Cause() const {
    unsigned cpu = 0;
    while (cpu + 1 < all_.size() && !CausedFailure(all_.report(cpu))) ++cpu;
    return cpu;
  }

  AllCpus<kCapacity> all_;
  const Call call_;
  std::atomic<bool> open_ = false;
  std::atomic<unsigned> leader_ = kNone;  // Of the open round.
  std::atomic<unsigned> last_ = 0;
};

}  // namespace trivet::allcpus
