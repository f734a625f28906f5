// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/registers.h"
#include "vgic/entry_table.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// Pending, not active, and of a group that the guest has enabled.
constexpr bool IsDeliverable(ListRegister value, hal::IchVmcrEl2 vmcr) {
  return value.state() == State::kPending && (value.group() ? vmcr.veng1() : vmcr.veng0());
}

/// Which interrupts of a table have the first `count` entries, the list registers, and what is to
/// be reported of the others. Where SGIs have `senders`, no two of one number are in list
/// registers, and none is while another is active: the guest ends it by its number alone. [gic2]
/// GICH_LRn.VirtualID.
template <unsigned kCapacity>
class Arrangement {
 public:
  using Table = EntryTable<kCapacity>;

  Arrangement(Table& table, unsigned count, hal::IchVmcrEl2 vmcr, bool senders)
      : table_(table), count_(count), vmcr_(vmcr), senders_(senders) {}

  /// Exchanges interrupts until none that waits ranks before one that has a list register.
  void Arrange() const {
    const std::uint32_t top = FindTop();
    for (;;) {
      const unsigned from = FindBest(top);
      if (from == Table::kNone) return;
      const ListRegister better = table_.Get(from);
      const unsigned to = FindPlace(top, Rank(better, top));
      if (to == Table::kNone) return;
      table_.Remove(from);
      if (table_.IsUsed(to)) {
        const ListRegister worse = table_.Get(to);
        table_.Remove(to);
        table_.Add(from, worse);
      }
      table_.Add(to, better);
    }
  }

  /// ICH_HCR_EL2: what the maintenance interrupt reports while interrupts wait, and whether
  /// deactivations trap, by `traps`.
  hal::IchHcrEl2 Hcr(hal::IchHcrEl2 traps) const {
    hal::IchHcrEl2 hcr = hal::IchHcrEl2().en(true);
    if (table_.waiting() == 0) return hcr;
    for (unsigned i = Table::kFirstWaiting; i < Table::kEntries; ++i) {
      if (!table_.IsUsed(i)) continue;
      const ListRegister value = table_.Get(i);
      if (IsActive(value)) {
        hcr = hal::IchHcrEl2::FromRaw(hcr.raw() | traps.raw()).lrenpie(true);
      } else {
        if (IsDeliverable(value, vmcr_) && !IsHeld(i)) hcr = hcr.npie(true);
        // The end of one group matters while there is another.
        const bool both = vmcr_.veng0() && vmcr_.veng1();
        hcr = hcr.vgrp0eie(!vmcr_.veng0()).vgrp0die(both);
        hcr = hcr.vgrp1eie(!vmcr_.veng1()).vgrp1die(both);
      }
    }
    return hcr;
  }

  /// True for a list register whose end is to be reported, as another SGI of its number waits.
  bool Holds(unsigned n) const {
    for (unsigned i = Table::kFirstWaiting; senders_ && i < Table::kEntries; ++i) {
      if (table_.IsUsed(i) && IsSgiFromCpu(table_.Get(i)) &&
          HaveOneNumber(table_.Get(i), table_.Get(n))) {
        return true;
      }
    }
    return false;
  }

 private:
  /// True for an SGI that waits for the end of another of its number.
  bool IsHeld(unsigned waiting) const {
    const ListRegister value = table_.Get(waiting);
    if (!senders_ || !IsSgiFromCpu(value) || IsActive(value)) return false;
    for (unsigned i = 0; i < Table::kEntries; ++i) {
      const bool comes_first = i < count_ || IsActive(table_.Get(i));
      if (comes_first && table_.IsUsed(i) && HaveOneNumber(table_.Get(i), value)) return true;
    }
    return false;
  }

  /// Less is better: the first pending one, active ones, other pending ones, those of a disabled
  /// group; each by priority and INTID.
  std::uint64_t Rank(ListRegister value, std::uint32_t top) const {
    std::uint64_t kind = 3;
    if (value.vintid() == top) {
      kind = 0;
    } else if (IsActive(value)) {
      kind = 1;
    } else if (IsDeliverable(value, vmcr_)) {
      kind = 2;
    }
    return kind << 40 | std::uint64_t{value.priority()} << 32 | value.vintid();
  }

  /// The deliverable interrupt of highest priority; no interrupt's number if there is none.
  std::uint32_t FindTop() const {
    std::uint64_t best = ~std::uint64_t{0};
    for (unsigned i = 0; i < Table::kEntries; ++i) {
      const ListRegister value = table_.Get(i);
      if (!IsDeliverable(value, vmcr_) || (i >= count_ && IsHeld(i))) continue;
      const std::uint64_t rank = Rank(value, value.vintid());
      if (rank < best) best = rank;
    }
    return static_cast<std::uint32_t>(best);
  }

  /// The waiting interrupt of the best rank, or kNone.
  unsigned FindBest(std::uint32_t top) const {
    unsigned best = Table::kNone;
    for (unsigned i = Table::kFirstWaiting; i < Table::kEntries; ++i) {
      if (!table_.IsUsed(i) || IsHeld(i)) continue;
      if (best == Table::kNone || Rank(table_.Get(i), top) < Rank(table_.Get(best), top)) best = i;
    }
    return best;
  }

  /// A free list register, or the one of the worst rank if that is worse than `rank`; or kNone.
  unsigned FindPlace(std::uint32_t top, std::uint64_t rank) const {
    unsigned worst = Table::kNone;
    for (unsigned i = 0; i < count_; ++i) {
      if (!table_.IsUsed(i)) return i;
      const std::uint64_t of_i = Rank(table_.Get(i), top);
      if (of_i <= rank) continue;
      if (worst == Table::kNone || of_i > Rank(table_.Get(worst), top)) worst = i;
    }
    return worst;
  }

  Table& table_;
  const unsigned count_;
  const hal::IchVmcrEl2 vmcr_;
  const bool senders_;
};

}  // namespace trivet::vgic
