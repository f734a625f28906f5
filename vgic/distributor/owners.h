// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

/// Which guest an interrupt belongs to.
namespace trivet::vgic {

inline constexpr unsigned kIntids = 1020;  ///< SGIs, PPIs and SPIs. [gic] "INTIDs".
inline constexpr unsigned kPrivateIntids = 32;

using GuestNumber = std::uint8_t;
inline constexpr GuestNumber kNoGuest = 0;

/// One owner for each SPI, and one for all LPIs: no interrupt is two guests'. A table of the
/// embedder's, which does not change while guests run.
class OwnerTable {
 public:
  /// Every SPI is `owner`'s, and the LPIs are.
  constexpr explicit OwnerTable(GuestNumber owner = kNoGuest) : lpis_(owner) { owner_.fill(owner); }

  /// Gives an SPI to a guest, or to kNoGuest. False, and nothing changed: `intid` is no SPI.
  constexpr bool Give(unsigned intid, GuestNumber guest) {
    if (intid < kPrivateIntids || intid >= kIntids) return false;
    owner_[intid - kPrivateIntids] = guest;
    return true;
  }
  /// Gives the LPIs to a guest, which has the machine's ITSs too, or to kNoGuest.
  constexpr void GiveLpis(GuestNumber guest) { lpis_ = guest; }
  constexpr bool HasLpis(GuestNumber guest) const { return guest != kNoGuest && guest == lpis_; }
  constexpr GuestNumber OwnerOf(unsigned intid) const {
    return intid < kPrivateIntids || intid >= kIntids ? kNoGuest : owner_[intid - kPrivateIntids];
  }
  /// Bit n: SPI 32 * `word` + n is the guest's.
  constexpr std::uint32_t WordOf(GuestNumber guest, unsigned word) const {
    std::uint32_t own = 0;
    for (unsigned bit = 0; guest != kNoGuest && bit < 32; ++bit) {
      if (OwnerOf(word * 32 + bit) == guest) own |= 1u << bit;
    }
    return own;
  }

 private:
  std::array<GuestNumber, kIntids - kPrivateIntids> owner_ = {};
  GuestNumber lpis_;
};

}  // namespace trivet::vgic
