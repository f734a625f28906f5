// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

#include "vgic/interrupt.h"

namespace trivet::vgic {

/// What CPUs post to a vCPU that another one owns. Each word has one writer, but for the bells,
/// which senders set and the owner clears: no read-modify-write, so that it works with caches off
/// (docs/decisions/0010). A cell is of one sender and one interrupt: the last command counts.
///
/// A sender writes the cell, then its bell, then the owner's; the owner clears them in the other
/// order and reads the cell last. All are sequentially consistent: a command that the owner misses
/// has rung since.
template <unsigned kCpus, unsigned kCells = 8, class Word = std::atomic<std::uint64_t>>
class Inbox {
 public:
  /// False: `sender` has posted too much that was not taken.
  bool Post(unsigned sender, Interrupt interrupt, bool inject) {
    Sender& from = senders_[sender];
    Cell* const cell = CellFor(from, interrupt.intid());
    if (cell == nullptr) return false;
    const std::uint64_t turn = Turn(cell->posted.load(std::memory_order_relaxed) + kOneTurn);
    if (turn == Turn(cell->taken.load(std::memory_order_acquire))) return false;
    const ListRegister command = WithState(interrupt.value(), inject, !inject);
    cell->posted.store(turn | command.raw(), std::memory_order_seq_cst);
    from.bell.store(1, std::memory_order_seq_cst);
    bell_.store(1, std::memory_order_seq_cst);
    return true;
  }

  /// Whether there may be commands. For the owner.
  bool IsRung() const { return bell_.load(std::memory_order_seq_cst) != 0; }

  /// Calls apply(interrupt, inject) for each command; what it returns false for stays posted.
  template <class Apply>
  void Take(Apply apply) {
    bell_.store(0, std::memory_order_seq_cst);
    for (Sender& from : senders_) {
      if (from.bell.load(std::memory_order_seq_cst) != 0) TakeFrom(from, apply);
    }
  }

 private:
  // The turn of a command, so that two alike differ: bits of vINTID that no interrupt has.
  static constexpr std::uint64_t kOneTurn = std::uint64_t{1} << 24;
  static constexpr std::uint64_t kTurns = std::uint64_t{0xff} << 24;

  struct Cell {
    Word posted{0};  ///< By the sender.
    Word taken{0};   ///< By the owner: what it took last.
  };
  struct alignas(64) Sender {
    Word bell{0};
    std::array<Cell, kCells> cells;
  };

  static std::uint64_t Turn(std::uint64_t word) { return word & kTurns; }
  static std::uint32_t IntidOf(std::uint64_t word) {
    return static_cast<std::uint32_t>(word & (kOneTurn - 1));
  }

  /// The cell of the interrupt, or one whose command was taken.
  static Cell* CellFor(Sender& from, std::uint32_t intid) {
    for (Cell& cell : from.cells) {
      if (IntidOf(cell.posted.load(std::memory_order_relaxed)) == intid) return &cell;
    }
    for (Cell& cell : from.cells) {
      const std::uint64_t posted = cell.posted.load(std::memory_order_relaxed);
      if (posted == cell.taken.load(std::memory_order_acquire)) return &cell;
    }
    return nullptr;
  }

  template <class Apply>
  void TakeFrom(Sender& from, Apply& apply) {
    from.bell.store(0, std::memory_order_seq_cst);
    for (Cell& cell : from.cells) {
      const std::uint64_t posted = cell.posted.load(std::memory_order_seq_cst);
      if (posted == cell.taken.load(std::memory_order_relaxed)) continue;
      const ListRegister command = ListRegister::FromRaw(posted & ~kTurns);
      if (apply(Interrupt::Of(command), IsPending(command))) {
        cell.taken.store(posted, std::memory_order_release);
      } else {  // Again with the next look.
        from.bell.store(1, std::memory_order_seq_cst);
        bell_.store(1, std::memory_order_seq_cst);
      }
    }
  }

  Word bell_{0};
  std::array<Sender, kCpus> senders_;
};

}  // namespace trivet::vgic
