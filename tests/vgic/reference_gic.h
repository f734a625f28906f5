// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <optional>

/// The CPU interface that a guest would have without list registers: what the manager is compared
/// with. Each interrupt has a latch or a level and an active state of its own; nothing is moved.
namespace trivet::vgic {

enum class Kind : std::uint8_t { kEdge, kLevel, kHardware };

struct Source {
  std::uint32_t intid;
  Kind kind;
  std::uint8_t priority;
  unsigned group = 1;
};

template <std::size_t kSources>
class ReferenceGic {
 public:
  struct State {
    std::uint8_t latch = 0, level = 0, active = 0;  ///< A bit for each source.
    /// PPIs that were the guest's when it left a CPU, and whose device has not raised them since.
    std::uint8_t unlinked = 0;
    std::array<std::uint8_t, kSources> running =
        {};  ///< Acknowledged and not dropped, oldest first.
    std::uint8_t depth = 0;
    bool enabled[2] = {true, true};
    bool split_end = false;
    bool operator==(const State&) const = default;
  };

  constexpr explicit ReferenceGic(const std::array<Source, kSources>& sources)
      : sources_(sources) {}

  State& state() { return state_; }
  const State& state() const { return state_; }
  const Source& source(unsigned i) const { return sources_[i]; }

  bool IsPending(unsigned i) const { return ((state_.latch | state_.level) >> i & 1) != 0; }
  bool IsActive(unsigned i) const { return (state_.active >> i & 1) != 0; }
  /// Hardware-backed: its physical interrupt is active as long as it is the guest's.
  bool HoldsHardware(unsigned i) const {
    return sources_[i].kind == Kind::kHardware && IsOpen(i) && (state_.unlinked >> i & 1) == 0;
  }

  /// A PPI that is active already is linked again.
  void Inject(unsigned i) {
    const bool links = (state_.unlinked >> i & 1) != 0 && IsActive(i);
    Flag(state_.unlinked, i, false);
    if (links) return;
    Flag(sources_[i].kind == Kind::kLevel ? state_.level : state_.latch, i, true);
  }
  void Retract(unsigned i) {
    Flag(state_.level, i, false);
    Flag(state_.latch, i, false);
    Close(i);
  }
  /// PPIs of the CPU that the guest leaves are deactivated.
  void Unload() {
    for (unsigned i = 0; i < kSources; ++i) {
      const bool is_ppi = sources_[i].intid >= 16 && sources_[i].intid < 32;
      if (HoldsHardware(i) && is_ppi) Flag(state_.unlinked, i, true);
    }
  }

  /// The priority of the interrupt that is signalled, lower is higher; none: nothing is.
  std::optional<std::uint8_t> Signalled() const {
    std::optional<std::uint8_t> best;
    for (unsigned i = 0; i < kSources; ++i) {
      if (!IsPending(i) || IsActive(i) || !state_.enabled[sources_[i].group]) continue;
      if (!best || sources_[i].priority < *best) best = sources_[i].priority;
    }
    if (best && *best >= RunningPriority()) best.reset();
    return best;
  }
  /// Whether the guest may be given source `i` now.
  bool MayAcknowledge(unsigned i) const {
    return IsPending(i) && !IsActive(i) && state_.enabled[sources_[i].group] &&
           Signalled() == sources_[i].priority;
  }
  void Acknowledge(unsigned i) {
    Flag(state_.latch, i, false);
    Flag(state_.active, i, true);
    state_.running[state_.depth++] = static_cast<std::uint8_t>(i);
  }
  /// The interrupt acknowledged last and not dropped. None: nothing is running.
  std::optional<unsigned> Last() const {
    if (state_.depth == 0) return std::nullopt;
    return state_.running[state_.depth - 1u];
  }
  void Drop() {
    const unsigned i = *Last();
    state_.running[--state_.depth] = 0;
    if (!state_.split_end) Deactivate(i);
  }
  /// Active and dropped: the guest may deactivate it.
  bool IsDropped(unsigned i) const {
    if (!IsActive(i)) return false;
    for (unsigned n = 0; n < state_.depth; ++n) {
      if (state_.running[n] == i) return false;
    }
    return true;
  }
  void Deactivate(unsigned i) {
    Flag(state_.active, i, false);
    Close(i);
  }

 private:
  bool IsOpen(unsigned i) const { return IsPending(i) || IsActive(i); }
  void Close(unsigned i) {
    if (!IsOpen(i)) Flag(state_.unlinked, i, false);
  }
  static void Flag(std::uint8_t& bits, unsigned i, bool on) {
    const auto bit = static_cast<std::uint8_t>(1u << i);
    bits = static_cast<std::uint8_t>(on ? bits | bit : bits & ~bit);
  }
  unsigned RunningPriority() const {
    const auto last = Last();
    return last ? sources_[*last].priority : 0x100;
  }

  std::array<Source, kSources> sources_;
  State state_;
};

}  // namespace trivet::vgic
