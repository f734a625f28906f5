// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "freestanding/text/text.h"
#include "hal/register_info.h"

namespace trivet::tests {

/// One of the accesses that MRS, MSR (register), SYSL and SYS can encode with op0 1 to 3.
class Access {
 public:
  static constexpr unsigned kEncodings = 3 << 14;
  static constexpr unsigned kCount = 2 * kEncodings;  ///< All reads, then all writes.

  /// `index`: below kCount.
  explicit constexpr Access(unsigned index) : index_(index) {}
  constexpr unsigned index() const { return index_; }
  constexpr bool is_read() const { return index_ < kEncodings; }
  /// SYS or SYSL: TLB, cache and prediction maintenance, address translation.
  constexpr bool is_instruction() const { return encoding().op0 == 1; }
  constexpr hal::Encoding encoding() const {
    const unsigned n = index_ % kEncodings;
    const auto bits = [n](unsigned shift, unsigned width) {
      return static_cast<std::uint8_t>(n >> shift & ((1u << width) - 1));
    };
    return {static_cast<std::uint8_t>((n >> 14) + 1), bits(11, 3), bits(7, 4), bits(3, 4),
            bits(0, 3)};
  }
  /// The instruction, with Xt = x0. [arm-arm] C6.2, MRS, MSR (register), SYS, SYSL.
  constexpr std::uint32_t word() const {
    constexpr std::uint32_t kReads = 1 << 21;
    return 0xd500'0000u | (is_read() ? kReads : 0) | (index_ % kEncodings + (1u << 14)) << 5;
  }
  /// The described register of this encoding; null without one. EL12 names and registers of EL2 and
  /// EL3 included.
  const hal::RegisterInfo* description() const;

 private:
  unsigned index_;
};

/// "MRS 3,0,1,0,0 SCTLR_EL1".
text::Sink& operator<<(text::Sink& out, Access access);

}  // namespace trivet::tests
