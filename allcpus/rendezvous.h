// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "hal/status.h"
#include "percpu/per_cpu_state.h"

/// The memory that the CPUs of one round share: one word a CPU, written by that CPU alone. No
/// read-modify-write anywhere, so that it works where exclusives do not, as on boards with the MMU
/// off. Every access of a word is sequentially consistent; README.md proves that this suffices.
namespace trivet::allcpus {

/// What a round does on every CPU.
enum class Operation : std::uint8_t { kEnable, kDisable };

/// How far the leader is.
enum class LeaderStage : std::uint8_t {
  kIdle,        ///< No round was ever announced.
  kPreparing,   ///< CPUs arrive and check; nothing is changed.
  kCommitting,  ///< Every CPU can: each may change itself.
  kRechecking,  ///< Every CPU has changed itself; none may withdraw from here on.
  kDone,        ///< Success: every CPU keeps its change.
  kAborted,     ///< Failure: every CPU undoes its change.
};

/// How far a CPU is in the round it joined last.
enum class MemberStage : std::uint8_t {
  kAway,         ///< Never joined.
  kRefused,      ///< Ended: its checks failed.
  kPrepared,     ///< Its checks passed.
  kConfirming,   ///< Has seen kCommitting, and changes itself unless the leader aborted meanwhile.
  kFailed,       ///< Ended: the change failed and is undone.
  kCommitted,    ///< Changed.
  kWithdrawing,  ///< The time limit has passed: undoes its change unless the leader is rechecking.
  kWithdrawn,    ///< Ended: time limit passed, as before.
  kUndone,       ///< Ended: the leader aborted, as before.
  kUndoFailed,   ///< Ended: could not be put back.
  kUndecided,    ///< Ended: changed, and the leader stopped between rechecking and its verdict.
  kLeft,         ///< Ended: changed, and keeps the change.
  kCount,
};

/// True for the stages after which a CPU does nothing more in its round.
constexpr bool IsEnd(MemberStage stage) {
  switch (stage) {
    case MemberStage::kPrepared:
    case MemberStage::kConfirming:
    case MemberStage::kCommitted:
    case MemberStage::kWithdrawing: return false;
    default: return true;
  }
}

/// The part of a word that names a round: its number and its operation.
constexpr std::uint64_t RoundOf(std::uint64_t word) { return word & ~std::uint64_t{0xffff}; }

/// The content of a word. Rounds are numbered from 1; 40 bits do not wrap in practice.
template <class Stage>
struct Message {
  std::uint64_t round = 0;
  Stage stage = {};
  Status status = Status::kOk;  ///< Why, for stages that end in failure.
  Operation operation = Operation::kEnable;

  constexpr std::uint64_t Encode() const {
    return round << 24 | std::uint64_t{static_cast<std::uint8_t>(operation)} << 16 |
           std::uint64_t{static_cast<std::uint8_t>(status)} << 8 | static_cast<std::uint8_t>(stage);
  }
  static constexpr Message Decode(std::uint64_t word) {
    return {.round = word >> 24,
            .stage = static_cast<Stage>(word & 0xff),
            .status = static_cast<Status>(word >> 8 & 0xff),
            .operation = static_cast<Operation>(word >> 16 & 0xff)};
  }
};

/// The word that says `stage` in a round.
template <class Stage>
constexpr std::uint64_t WordOf(std::uint64_t round, Stage stage, Status status = Status::kOk) {
  return round | std::uint64_t{static_cast<std::uint8_t>(status)} << 8 |
         static_cast<std::uint8_t>(stage);
}

using LeaderMessage = Message<LeaderStage>;
using MemberMessage = Message<MemberStage>;

/// Keeps one CPU's word out of the others' cache lines. Only A64FX (256 bytes) is known to have
/// longer lines; there it costs time only.
inline constexpr std::size_t kLineSize = 128;

/// A word that one CPU writes and any CPU reads.
template <class Stage>
class alignas(kLineSize) Cell {
 public:
  constexpr Cell() = default;
  Cell(const Cell&) = delete;
  Cell& operator=(const Cell&) = delete;

  /// One LDAR. Sequentially consistent: ordered with this CPU's own earlier write, which is what
  /// "publish, then read again" relies on.
  std::uint64_t ReadWord() const { return word_.load(std::memory_order_seq_cst); }
  Message<Stage> Read() const { return Message<Stage>::Decode(ReadWord()); }
  /// One STLR. The owner only. Sequentially consistent, for the same reason; as a release it
  /// publishes `error` of a MemberCell. `round`: of RoundOf().
  void Write(std::uint64_t round, Stage stage, Status status = Status::kOk) {
    word_.store(WordOf(round, stage, status), std::memory_order_seq_cst);
  }
  void Write(const Message<Stage>& message) {
    word_.store(message.Encode(), std::memory_order_seq_cst);
  }

 private:
  static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

  std::atomic<std::uint64_t> word_ = 0;
};

using LeaderCell = Cell<LeaderStage>;

struct MemberCell : Cell<MemberStage> {
  /// Details of a failure. Written before the word that reports it, then constant until its CPU
  /// joins another round; to be read after the word, and only if that reports a failed action.
  percpu::Error error = {};
};

/// The cells of one group, wherever its owner keeps them.
struct Rendezvous {
  LeaderCell* leader;
  MemberCell* members;
  unsigned count;
};

}  // namespace trivet::allcpus
