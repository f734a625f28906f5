#include "sim/memory/tlb.h"

#include <algorithm>

namespace trivet::sim {

const Stage2Regime* Tlb::StaleOr(Stage2Regime now) {
  for (const Held& held : held_) {
    if (held.regime.Vmid() != now.Vmid()) continue;
    return held.regime == now ? nullptr : &held.regime;
  }
  held_.push_back({now});
  return nullptr;
}

void Tlb::Invalidate(hal::Tlbi operation, std::uint64_t vmid) {
  using enum hal::Tlbi;
  if (operation == kAllE2) return;  // Another regime.
  const bool broadcast = operation == kAllE1Is || operation == kVmallS12E1Is;
  const bool one_vmid = operation == kVmallS12E1 || operation == kVmallS12E1Is;
  for (Held& held : held_) {
    if (one_vmid && held.regime.Vmid() != vmid) continue;
    held.phase = broadcast ? Phase::kBroadcast : Phase::kInvalidated;
  }
}

void Tlb::Dsb(hal::Domain domain) {
  for (Held& held : held_) {
    // Broadcast maintenance completes only with a DSB of the inner shareable domain or wider.
    const bool covered = held.phase == Phase::kInvalidated ||
                         (held.phase == Phase::kBroadcast && domain != hal::Domain::kNonShareable);
    if (!covered) continue;
    held.phase = Phase::kCompleted;
    completed_ = true;
  }
}

void Tlb::DropCompleted() {
  completed_ = false;
  std::erase_if(held_, [](const Held& held) { return held.phase == Phase::kCompleted; });
}

}  // namespace trivet::sim
