// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>

#include "hal/registers.h"

/// Where an interrupt goes, as pure functions of what decides it.
/// [arm-arm] "Asynchronous exception types, routing, masking and priorities".
namespace trivet::sim {

/// Every bit of a register, for `Pe::Decide`.
inline constexpr std::uint64_t kEveryBit = ~std::uint64_t{0};
/// HCR_EL2 where EL0 belongs to a VHE host.
inline constexpr hal::HcrEl2 kE2hTge = hal::HcrEl2().e2h(true).tge(true);

enum class InterruptClass : std::uint8_t { kIrq, kFiq, kSError };
inline constexpr unsigned kInterruptClasses = 3;

enum class Delivery : std::uint8_t { kPending, kToEl1, kToEl2 };

/// What decides about one interrupt class.
struct RoutingState {
  unsigned el;  ///< 0, 1 or 2.
  bool e2h;     ///< HCR_EL2.E2H
  bool tge;     ///< HCR_EL2.TGE
  bool route;   ///< HCR_EL2.IMO, FMO or AMO, of this class
  bool masked;  ///< PSTATE.I, F or A, of this class
};

constexpr Delivery RoutePhysical(const RoutingState& s) {
  if (s.el == 2) {
    // With TGE = 0 and xMO = 0 the interrupt belongs to EL1 and stays pending at EL2, whatever
    // PSTATE: a host with xMO clear receives no IRQs.
    const bool masked = !s.tge && !s.route;
    return masked || s.masked ? Delivery::kPending : Delivery::kToEl2;
  }
  // {E2H, TGE} = {1, 1}: xMO behave as 0, TGE alone routes, and PSTATE masks.
  const bool ignores_mask = s.tge ? !s.e2h : s.route;
  if (ignores_mask) return Delivery::kToEl2;
  if (s.masked) return Delivery::kPending;
  return s.tge ? Delivery::kToEl2 : Delivery::kToEl1;
}

/// For HCR_EL2.VI, VF, VSE and the virtual CPU interface.
constexpr Delivery RouteVirtual(const RoutingState& s) {
  const bool enabled = s.el < 2 && !s.tge && s.route;
  return enabled && !s.masked ? Delivery::kToEl1 : Delivery::kPending;
}

/// Both functions as data: one delivery for every state.
class RoutingTable {
 public:
  static constexpr unsigned kSize = 96;

  RoutingTable() {
    for (unsigned i = 0; i < kSize; ++i) {
      const RoutingState state = StateOf(i);
      deliveries_[i] = IsPhysical(i) ? RoutePhysical(state) : RouteVirtual(state);
    }
  }

  Delivery operator()(const RoutingState& s, bool physical) const {
    return deliveries_[IndexOf(s, physical)];
  }
  Delivery& operator[](unsigned index) { return deliveries_[index]; }

  static constexpr bool IsPhysical(unsigned index) { return index < kSize / 2; }
  static constexpr RoutingState StateOf(unsigned index) {
    return {.el = index / 16 % 3,
            .e2h = (index & 8) != 0,
            .tge = (index & 4) != 0,
            .route = (index & 2) != 0,
            .masked = (index & 1) != 0};
  }
  static constexpr unsigned IndexOf(const RoutingState& s, bool physical) {
    return (physical ? 0 : kSize / 2) + s.el * 16 + (s.e2h ? 8u : 0u) + (s.tge ? 4u : 0u) +
           (s.route ? 2u : 0u) + (s.masked ? 1u : 0u);
  }

 private:
  std::array<Delivery, kSize> deliveries_;
};

}  // namespace trivet::sim
