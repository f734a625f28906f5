// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

namespace trivet::hal {

/// What a guest can be given beyond the base architecture: hal/regs/guest.def.
enum class Capability : std::uint8_t {
  kAlways,  ///< Every guest has it.
  kNever,   ///< No guest has it.
#define CAPABILITY(enumerator, ...) enumerator,
#include "hal/regs/guest.def"
  kCount,
};

/// A set of capabilities. kAlways is in every one, kNever in none.
class Capabilities {
 public:
  constexpr Capabilities() = default;
  constexpr Capabilities(Capability capability) : bits_(Bit(capability)) {}  // NOLINT: a set of one

  /// Bit n is the capability with the number n. None: a bit is no capability's that can be given.
  static constexpr std::optional<Capabilities> FromRaw(std::uint32_t bits) {
    const std::uint32_t fixed =
        Bit(Capability::kAlways) | 1u << static_cast<unsigned>(Capability::kNever);
    if ((bits & fixed) != 0 || bits >= Bit(Capability::kCount)) return std::nullopt;
    return Of(bits);
  }

  constexpr bool Has(Capability capability) const {
    return ((bits_ | Bit(Capability::kAlways)) & Bit(capability)) != 0;
  }
  constexpr bool HasAny(Capabilities of) const { return (bits_ & of.bits_) != 0; }
  constexpr bool IsEmpty() const { return bits_ == 0; }
  /// Those of this set that are not in `other`.
  constexpr Capabilities Without(Capabilities other) const { return Of(bits_ & ~other.bits_); }

  friend constexpr Capabilities operator|(Capabilities a, Capabilities b) {
    return Of(a.bits_ | b.bits_);
  }
  friend constexpr bool operator==(const Capabilities&, const Capabilities&) = default;

 private:
  static constexpr std::uint32_t Bit(Capability capability) {
    return capability == Capability::kNever ? 0
                                            : std::uint32_t{1} << static_cast<unsigned>(capability);
  }
  static constexpr Capabilities Of(std::uint32_t bits) {
    Capabilities set;
    set.bits_ = bits;
    return set;
  }

  std::uint32_t bits_ = 0;
};

constexpr Capabilities operator|(Capability a, Capability b) {
  return Capabilities(a) | Capabilities(b);
}

/// Every capability that a guest can be given.
inline constexpr Capabilities kAllCapabilities = [] {
  Capabilities all;
#define CAPABILITY(enumerator, ...) all = all | Capability::enumerator;
#include "hal/regs/guest.def"
  return all;
}();

}  // namespace trivet::hal
