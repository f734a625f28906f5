// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/register_info.h"

namespace trivet::hal {

/// The description of one register type in hal/regs/*.def; specialized in hal/registers.h.
template <class R>
struct Description;

/// Base of every register type: 64 bits by value, no hidden state.
template <class R>
class Register {
 public:
  using Self = R;
  using Value = R;

  constexpr Register() = default;

  /// Any 64 bits, unchecked. For values that came from the register itself or from a saved copy.
  static constexpr R FromRaw(std::uint64_t raw) {
    R value;
    value.raw_ = raw;
    return value;
  }
  constexpr std::uint64_t raw() const { return raw_; }

  /// The value to start from when nothing is to be enabled: RES1 bits set, and the bits that are
  /// RES1 on CPUs without some feature (a 1 there means "as if the feature were not there"); all
  /// else clear.
  static consteval R Inert() { return FromRaw(InertBits(Description<R>::kFields)); }

  friend constexpr bool operator==(const Register& a, const Register& b) {
    return a.raw_ == b.raw_;
  }

 protected:
  template <unsigned kHi, unsigned kLo>
  constexpr std::uint64_t Get() const {
    return (raw_ >> kLo) & kOnes<kHi, kLo>;
  }
  template <unsigned kHi, unsigned kLo>
  constexpr R Set(std::uint64_t field) const {
    return FromRaw((raw_ & ~(kOnes<kHi, kLo> << kLo)) | ((field & kOnes<kHi, kLo>) << kLo));
  }

 private:
  template <unsigned kHi, unsigned kLo>
  static constexpr std::uint64_t kOnes = ~std::uint64_t{0} >> (63 - (kHi - kLo));

  std::uint64_t raw_ = 0;
};

}  // namespace trivet::hal
