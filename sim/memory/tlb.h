// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <vector>

#include "hal/backend.h"
#include "sim/memory/stage2.h"

/// What a TLB may still hold of stage 2 of the EL1&0 regime: the controls that entries were made
/// under, and the descriptors of the pages that guests reached last. [arm-arm] HCR_EL2.VM and
/// others, "permitted to be cached in a TLB".
namespace trivet::sim {

/// The controls that a TLB entry may have been made under. Entries are tagged by VMID.
struct Stage2Regime {
  std::uint64_t hcr = 0;  ///< HCR_EL2 within its TLB-cached fields.
  std::uint64_t vtcr = 0;
  std::uint64_t vttbr = 0;  ///< With the VMID.
  /// VTTBR_EL2.VMID: 16 bits with VTCR_EL2.VS, else 8. [arm-arm] VTCR_EL2.VS.
  constexpr std::uint64_t Vmid() const {
    constexpr std::uint64_t kVs = 1 << 19;
    return vttbr >> 48 & ((vtcr & kVs) != 0 ? 0xffff : 0xff);
  }
  friend bool operator==(const Stage2Regime&, const Stage2Regime&) = default;
};

/// True for the maintenance of the inner shareable domain.
bool IsBroadcast(hal::Tlbi operation);

class Tlb {
 public:
  /// The regime that an entry for this VMID may have been made under, when it is another than
  /// `now`; null when there is none. Remembers `now` where nothing was remembered.
  const Stage2Regime* StaleOr(Stage2Regime now);
  /// `now` may be walked, by speculation too.
  void Remember(Stage2Regime now) {
    if (held_.empty() || held_.front().regime != now) (void)StaleOr(now);
  }

  /// The descriptor that was found for this page before; null: none is held.
  const Stage2Leaf* Find(std::uint64_t vmid, std::uint64_t ipa) const;
  /// Holds `leaf` for the page, in place of what was held, until its regime goes; the oldest of
  /// kMostPages makes room.
  void Hold(std::uint64_t vmid, std::uint64_t ipa, const Stage2Leaf& leaf);
  static constexpr std::size_t kMostPages = 32;

  /// TLBI: what it names goes once a DSB that covers it, and then a context synchronization event,
  /// have followed.
  void Invalidate(hal::Tlbi operation, std::uint64_t vmid);
  void Dsb(hal::Domain domain);
  /// Broadcast maintenance of another PE, which its DSB has completed.
  void Complete(hal::Tlbi operation, std::uint64_t vmid);
  void Synchronize() {
    if (completed_) DropCompleted();
  }
  /// True when a Synchronize() has something to do.
  bool completed() const { return completed_; }
  /// Warm reset: what is cached is UNKNOWN, and software must invalidate; here nothing stays.
  void Clear() {
    held_.clear();
    pages_.clear();
  }

  friend bool operator==(const Tlb&, const Tlb&) = default;

 private:
  enum class Phase : std::uint8_t { kHeld, kInvalidated, kBroadcast, kCompleted };
  struct Held {
    Stage2Regime regime;
    Phase phase = Phase::kHeld;
    std::uint64_t Vmid() const { return regime.Vmid(); }
    friend bool operator==(const Held&, const Held&) = default;
  };
  struct Page {
    std::uint64_t vmid;
    std::uint64_t page;
    Stage2Leaf leaf;
    Phase phase = Phase::kHeld;
    std::uint64_t Vmid() const { return vmid; }
    friend bool operator==(const Page&, const Page&) = default;
  };
  template <class F>
  void ForEach(F f) {
    for (Held& held : held_) f(held);
    for (Page& page : pages_) f(page);
  }
  void DropCompleted();

  std::vector<Held> held_;
  std::vector<Page> pages_;
  bool completed_ = false;
};

}  // namespace trivet::sim
