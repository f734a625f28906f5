// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/memory/tlb.h"

#include <algorithm>

namespace trivet::sim {

bool IsBroadcast(hal::Tlbi operation) {
  return operation == hal::Tlbi::kAllE1Is || operation == hal::Tlbi::kVmallS12E1Is;
}

const Stage2Regime* Tlb::StaleOr(Stage2Regime now) {
  for (const Held& held : held_) {
    if (held.regime.Vmid() != now.Vmid()) continue;
    return held.regime == now ? nullptr : &held.regime;
  }
  held_.push_back({now});
  return nullptr;
}

const Stage2Leaf* Tlb::Find(std::uint64_t vmid, std::uint64_t ipa) const {
  for (const Page& page : pages_) {
    if (page.vmid == vmid && page.page == ipa >> 12) return &page.leaf;
  }
  return nullptr;
}

void Tlb::Hold(std::uint64_t vmid, std::uint64_t ipa, const Stage2Leaf& leaf) {
  std::erase_if(pages_,
                [&](const Page& page) { return page.vmid == vmid && page.page == ipa >> 12; });
  if (pages_.size() == kMostPages) pages_.erase(pages_.begin());
  const auto regime = std::ranges::find(held_, vmid, &Held::Vmid);
  const Phase phase = regime == held_.end() ? Phase::kHeld : regime->phase;
  pages_.push_back({vmid, ipa >> 12, leaf, phase});
}

void Tlb::Invalidate(hal::Tlbi operation, std::uint64_t vmid) {
  using enum hal::Tlbi;
  if (operation == kAllE2) return;  // Another regime.
  const bool broadcast = IsBroadcast(operation);
  const bool one_vmid = operation == kVmallS12E1 || operation == kVmallS12E1Is;
  ForEach([&](auto& held) {
    if (one_vmid && held.Vmid() != vmid) return;
    held.phase = broadcast ? Phase::kBroadcast : Phase::kInvalidated;
  });
}

void Tlb::Dsb(hal::Domain domain) {
  ForEach([&](auto& held) {
    // Broadcast maintenance completes only with a DSB of the inner shareable domain or wider.
    const bool covered = held.phase == Phase::kInvalidated ||
                         (held.phase == Phase::kBroadcast && domain != hal::Domain::kNonShareable);
    if (!covered) return;
    held.phase = Phase::kCompleted;
    completed_ = true;
  });
}

void Tlb::Complete(hal::Tlbi operation, std::uint64_t vmid) {
  const bool one_vmid = operation == hal::Tlbi::kVmallS12E1Is;
  const auto named = [&](const auto& held) { return !one_vmid || held.Vmid() == vmid; };
  std::erase_if(held_, named);
  std::erase_if(pages_, named);
}

void Tlb::DropCompleted() {
  completed_ = false;
  const auto completed = [](const auto& held) { return held.phase == Phase::kCompleted; };
  std::erase_if(held_, completed);
  std::erase_if(pages_, completed);
}

}  // namespace trivet::sim
