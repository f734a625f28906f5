// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/vgic/explored_system.h"

namespace trivet::vgic {

struct Exploration {
  std::uint64_t states = 0, steps = 0;
  unsigned most_maintenance = 0;  ///< Maintenance interrupts that one step caused.
  double seconds = 0;
  std::string failure;  ///< Empty, or the steps that lead to it and what it is.
};

/// Makes every step in every state that can be reached, each state once.
template <std::size_t kSources>
class Explorer {
 public:
  using System = ExploredSystem<kSources>;

  Explorer(const std::array<Source, kSources>& sources, const Setup& setup)
      : system_(sources, setup) {}

  Exploration Run(std::uint64_t most_states = ~std::uint64_t{0}) {
    const auto start = std::chrono::steady_clock::now();
    Visit(system_.Save(), 0, {});
    for (std::size_t next = 0; next < found_.size() && result_.failure.empty(); ++next) {
      if (found_.size() > most_states) {
        result_.failure = "too many states";
        break;
      }
      Expand(next);
    }
    result_.states = found_.size();
    result_.most_maintenance = system_.most_maintenance();
    result_.seconds =
        std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    return result_;
  }

 private:
  using State = typename System::State;
  struct Found {
    State state;
    std::uint32_t from;
    Event by;
  };
  struct Hash {
    const std::vector<Found>* found;
    using is_transparent = void;
    std::size_t operator()(std::uint32_t i) const { return Of((*found)[i].state); }
    std::size_t operator()(const State& state) const { return Of(state); }
    static std::size_t Of(const State& state) {
      std::uint64_t hash = 0x9e37'79b9'7f4a'7c15;
      const auto mix = [&](std::uint64_t word) {
        hash = (hash ^ word) * 0xff51'afd7'ed55'8ccd;
        hash ^= hash >> 32;
      };
      const auto& reference = state.reference;
      mix(reference.latch | reference.level << 8 | reference.active << 16 | state.loaded << 24 |
          std::uint64_t{state.hardware} << 32 | std::uint64_t{reference.unlinked} << 40);
      for (unsigned i = 0; i < kSources; ++i) {
        mix(state.entries[i] | state.flags[i] << 8 | reference.running[i] << 16 |
            std::uint64_t{reference.depth} << 24 | std::uint64_t(state.posted[i]) << 32);
      }
      mix(state.hcr | std::uint64_t{state.ap0} << 32);
      mix(state.ap1 | std::uint64_t{reference.enabled[0]} << 40 |
          std::uint64_t{reference.enabled[1]} << 41);
      return hash;
    }
  };
  struct Equal {
    const std::vector<Found>* found;
    using is_transparent = void;
    bool operator()(std::uint32_t a, std::uint32_t b) const { return a == b; }
    bool operator()(const State& a, std::uint32_t b) const { return a == (*found)[b].state; }
    bool operator()(std::uint32_t a, const State& b) const { return b == (*found)[a].state; }
  };

  void Visit(const State& state, std::uint32_t from, Event by) {
    if (known_.contains(state)) return;
    found_.push_back({state, from, by});
    known_.insert(static_cast<std::uint32_t>(found_.size() - 1));
  }

  void Expand(std::size_t at) {
    const State state = found_[at].state;
    for (unsigned step = 0; step < static_cast<unsigned>(Step::kCount); ++step) {
      for (unsigned i = 0; i < kSources; ++i) {
        const Event event = {static_cast<Step>(step), i};
        system_.Restore(state);
        if (!system_.CanDo(event)) continue;
        ++result_.steps;
        const std::string wrong = system_.Do(event);
        if (!wrong.empty()) return Fail(at, event, wrong);
        Visit(system_.Save(), static_cast<std::uint32_t>(at), event);
      }
    }
    system_.Restore(state);
    if (const std::string wrong = system_.CheckWhole(); !wrong.empty()) {
      Fail(at, {Step::kCount}, wrong);
    }
  }

  void Fail(std::size_t at, Event last, const std::string& wrong) {
    std::string path = std::string(ToString(last.step)) + " " + std::to_string(last.index);
    for (; at != 0; at = found_[at].from) {
      path = std::string(ToString(found_[at].by.step)) + " " + std::to_string(found_[at].by.index) +
             ", " + path;
    }
    result_.failure = path + ": " + wrong;
  }

  System system_;
  Exploration result_;
  std::vector<Found> found_;
  std::unordered_set<std::uint32_t, Hash, Equal> known_{16, Hash{&found_}, Equal{&found_}};
};

}  // namespace trivet::vgic
