// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>

namespace trivet::vgic {

/// A word whose every access is a step at which another CPU may come first: `before` is called.
/// With one host thread and sequentially consistent accesses, that is every interleaving.
class SteppedWord {
 public:
  constexpr SteppedWord(std::uint64_t value) : value_(value) {}  // NOLINT: as std::atomic

  std::uint64_t load(std::memory_order) const {
    if (before) before();
    return value_;
  }
  void store(std::uint64_t value, std::memory_order) {
    if (before) before();
    value_ = value;
  }

  static inline std::function<void()> before;

 private:
  std::uint64_t value_;
};

}  // namespace trivet::vgic
