// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "vgic/interface.h"
#include "vgic/interrupt.h"

namespace trivet::vgic {

/// The interrupts of one vCPU that are pending or active, one entry each: the first 16 entries are
/// the list registers, in the other `kCapacity` interrupts wait for one. Found by INTID through
/// chains of entries with equal low bits.
template <unsigned kCapacity>
class EntryTable {
 public:
  static constexpr unsigned kFirstWaiting = hal::kMostListRegisters;
  static constexpr unsigned kEntries = kFirstWaiting + kCapacity;
  /// No entry. The value behind the last one has an INTID that no interrupt has.
  static constexpr unsigned kNone = kEntries;
  static_assert(kNone <= 0xff, "an entry's number is a byte");

  constexpr EntryTable() {
    heads_.fill(kNone);
    values_[kNone] = ListRegister().vintid(~0u);
  }

  /// The entry of `intid`, or kNone.
  unsigned Find(std::uint32_t intid) const {
    unsigned i = heads_[intid % kChains];
    while (values_[i].vintid() != intid) [[unlikely]] {
      if (i == kNone) return kNone;
      i = next_[i];
    }
    return i;
  }
  bool IsUsed(unsigned i) const { return used_[i]; }
  ListRegister Get(unsigned i) const { return values_[i]; }
  /// A used entry's value; its INTID stays.
  void Set(unsigned i, ListRegister value) { values_[i] = value; }

  /// Gives an unused entry to an interrupt that has none.
  void Add(unsigned i, ListRegister value) {
    std::uint8_t& head = heads_[value.vintid() % kChains];
    values_[i] = value;
    next_[i] = head;
    head = static_cast<std::uint8_t>(i);
    used_[i] = true;
    if (i >= kFirstWaiting) ++waiting_;
  }
  void Remove(unsigned i) {
    std::uint8_t* at = &heads_[values_[i].vintid() % kChains];
    while (*at != i) at = &next_[*at];
    *at = next_[i];
    used_[i] = false;
    values_[i] = {};
    if (i >= kFirstWaiting) --waiting_;
  }

  /// How many wait.
  unsigned waiting() const { return waiting_; }
  /// An unused entry to wait in, or kNone.
  unsigned FindRoom() const {
    for (unsigned i = kFirstWaiting; i < kEntries; ++i) {
      if (!used_[i]) return i;
    }
    return kNone;
  }

  /// What the list registers are saved to and restored from: Get() and Set() of the first entries.
  ListRegisterSpan list_registers() { return std::span(values_).template first<kFirstWaiting>(); }

 private:
  static constexpr unsigned kChains = 64;

  std::array<ListRegister, kEntries + 1> values_ = {};
  std::array<std::uint8_t, kEntries> next_ = {};
  std::array<bool, kEntries> used_ = {};
  std::array<std::uint8_t, kChains> heads_;
  unsigned waiting_ = 0;
};

}  // namespace trivet::vgic
