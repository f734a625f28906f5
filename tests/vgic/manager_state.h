// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {

/// What decides what a manager does next, apart from the hardware's registers: where each interrupt
/// is, and ICH_HCR_EL2 while it is not loaded. The rest is computed by each Pull() and Push().
struct ManagerState {
  /// Where an interrupt is: 0 nowhere, n + 1 in entry n. `shown`: what its list register shows if
  /// it has one that is loaded. `known`: what the table has; the same unless the list register
  /// hides that the interrupt is pending, when the table decides.
  struct Place {
    unsigned entry = 0;
    ListRegister known, shown;
    bool hidden() const { return known != shown; }
  };

  template <class Manager>
  static Place Find(const Manager& manager, std::uint32_t intid) {
    const unsigned i = manager.table_.Find(intid);
    if (i == Manager::Table::kNone) return {};
    const ListRegister known = manager.table_.Get(i);
    if (!manager.loaded_ || i >= Manager::Table::kFirstWaiting) return {i + 1, known, known};
    const ListRegister shown = manager.interface_.ReadListRegister(i);
    const bool hides = manager.hides_pending_ && known.state() == State::kPendingAndActive;
    return {i + 1, hides ? known : shown, shown};
  }
  template <class Manager>
  static void Put(Manager& manager, const Place& place) {
    manager.table_.Add(place.entry - 1, place.known);
    const bool is_ppi = place.known.hw() && place.known.pintid() < kFirstSpi;
    if (is_ppi) manager.Set(Manager::kHasPpis, true);
  }
  template <class Manager>
  static void SetLoaded(Manager& manager, bool loaded, hal::IchHcrEl2 hcr) {
    manager.loaded_ = manager.live_ = loaded;
    manager.controls_.hcr = hcr;
    manager.hides_pending_ = loaded && manager.table_.waiting() != 0;
    manager.quick_ = loaded && manager.table_.waiting() == 0 ? (1u << manager.count_) - 1 : 0;
  }
  template <class Manager>
  static hal::IchHcrEl2 Hcr(Manager& manager) {
    return manager.ReadHcr();
  }
};

}  // namespace trivet::vgic
