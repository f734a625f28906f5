// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

namespace trivet::vcpu {

/// A lock of loads and stores: exclusives may fail where caches are off (docs/decisions/0010). CPUs
/// get it in the order in which they drew a ticket, by index where two drew the same. [Lamport
/// 1974]
///
/// Held for a few instructions with interrupts masked. Every access is sequentially consistent.
template <unsigned kCpus, template <class> class Atomic = std::atomic>
class BakeryLock {
 public:
  /// Waits until CPU `self`, below kCpus, has the lock.
  void Lock(unsigned self) {
    Cpu& me = cpus_[self];
    me.drawing.store(1);
    std::uint64_t highest = 0;
    for (Cpu& cpu : cpus_) {
      const std::uint64_t ticket = cpu.ticket.load();
      if (ticket > highest) highest = ticket;
    }
    const std::uint64_t mine = highest + 1;
    me.ticket.store(mine);
    me.drawing.store(0);
    for (unsigned i = 0; i < kCpus; ++i) {
      if (i == self) continue;
      while (cpus_[i].drawing.load() != 0) {
      }
      while (IsBefore(cpus_[i].ticket.load(), i, mine, self)) {
      }
    }
  }
  void Unlock(unsigned self) { cpus_[self].ticket.store(0); }

 private:
  struct Cpu {
    Atomic<std::uint64_t> drawing = 0;
    Atomic<std::uint64_t> ticket = 0;  ///< 0: does not want the lock.
  };
  static bool IsBefore(std::uint64_t theirs, unsigned them, std::uint64_t mine, unsigned self) {
    return theirs != 0 && (theirs < mine || (theirs == mine && them < self));
  }

  Cpu cpus_[kCpus] = {};
};

}  // namespace trivet::vcpu
