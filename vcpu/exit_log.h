// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>

#include "hal/decode.h"
#include "vcpu/exit.h"

namespace trivet::vcpu {

/// How often the runs of one CPU ended, by reason, and its last exits. A run loop adds to it; one
/// that has none pays nothing. What Run() and hooks serve within a run is no exit.
class ExitLog {
 public:
  static constexpr unsigned kLast = 16;  ///< How many exits it keeps.
  static constexpr std::uint64_t kNoAddress = ~std::uint64_t{0};

  /// An exit as it was added.
  struct Entry {
    ExitReason reason;
    std::uint64_t pc;        ///< The guest's.
    std::uint64_t syndrome;  ///< ESR_EL2; 0: not valid for this reason.
    std::uint64_t address;   ///< Intermediate physical; kNoAddress: the exit has none.
  };

  /// Adds `exit` of a guest whose frame().pc is `pc`. On one CPU at a time, any mask state.
  void Add(const Exit& exit, std::uint64_t pc) {
    const std::uint64_t total = Get(total_);
    Words& words = last_[total % kLast];
    Set(words.reason, static_cast<std::uint64_t>(exit.reason));
    Set(words.pc, pc);
    Set(words.syndrome, exit.syndrome.raw());
    Set(words.address, exit.fault.intermediate_address.value_or(kNoAddress));
    Word& count = counts_[static_cast<unsigned>(exit.reason)];
    Set(count, Get(count) + 1);
    total_.store(total + 1, std::memory_order_release);
  }

  // On any CPU, while others add: numbers that were right a moment ago.

  /// How many exits there were, and of one reason.
  std::uint64_t total() const { return total_.load(std::memory_order_acquire); }
  std::uint64_t CountOf(ExitReason reason) const {
    return Get(counts_[static_cast<unsigned>(reason)]);
  }
  /// The exit with this number, from 0; one of the last kLast. Of the oldest of them the next one
  /// may have written a part, where its CPU still runs.
  Entry At(std::uint64_t number) const {
    const Words& words = last_[number % kLast];
    return {static_cast<ExitReason>(Get(words.reason)), Get(words.pc), Get(words.syndrome),
            Get(words.address)};
  }

 private:
  // Loads and stores without order, one instruction each.
  using Word = std::atomic<std::uint64_t>;
  struct Words {
    Word reason, pc, syndrome, address;
  };

  static std::uint64_t Get(const Word& word) { return word.load(std::memory_order_relaxed); }
  static void Set(Word& word, std::uint64_t value) { word.store(value, std::memory_order_relaxed); }

  Word total_ = 0;
  Word counts_[kExitReasons] = {};
  Words last_[kLast] = {};
};

/// Prints a line for each reason of `cpu`'s exits, and for each of the last ones, oldest first:
///
///     CPU 0: 214 exits by kIrq
///     CPU 0: exit 220: kDataAbort, PC 0xffff800080012344, ESR_EL2 0x93800046, IPA 0x9000000
///
/// Each is one piece of `lines`. On any CPU, in any state: no lock, no heap.
void Print(const ExitLog& log, unsigned cpu, hal::TextSink lines);
/// The lines of reasons alone.
void PrintCounts(const ExitLog& log, unsigned cpu, hal::TextSink lines);

}  // namespace trivet::vcpu
