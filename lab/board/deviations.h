// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

namespace trivet::lab::board {

/// A line of deviations.def: what is known to differ between a target and the simulator.
struct Deviation {
  enum class Whose : std::uint8_t { kSimulator, kChoice, kQemu };

  Whose whose;
  std::string_view name;  ///< Of registers. One that ends in "*": all that begin so.
  std::uint64_t bits;     ///< kAccess: whether the access is allowed at all.
  std::string_view reason;

  static constexpr std::uint64_t kAccess = 0;

  /// True when it is about the register `name`, and not about QEMU alone unless that is the target.
  bool Concerns(std::string_view register_name, bool on_qemu) const;
};

std::span<const Deviation> Deviations();

}  // namespace trivet::lab::board
