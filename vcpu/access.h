// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "vcpu/exit.h"
#include "vectors/guest_frame.h"

namespace trivet::vcpu {

/// A load or store of one register that trapped, for a device's emulation. The bytes are
/// in the order of the address, lowest first: a guest that runs big-endian (SCTLR_EL1.{EE, E0E})
/// sees them reversed, which is the caller's to do.
struct Access {
  std::uint64_t address;  ///< IPA.
  std::uint8_t bytes;     ///< 1, 2, 4 or 8.
  bool is_write;
  bool is_ordered;  ///< ISS.AR: a load-acquire or store-release.
  bool sign_extend;
  bool is_64_bit;   ///< Xt, not Wt.
  std::uint8_t rt;  ///< 31 is XZR.

  /// The access of an exit. None: the exit is no data abort, the syndrome does not describe the
  /// access (ISV 0: pairs, write-back, FP, exclusives, cache maintenance), the abort is that of a
  /// table walk, or its address is not known. Such an exit needs another answer, for example
  /// GuestException::ExternalAbort(). [arm-arm] ESR_EL2.ISS for a Data Abort.
  static constexpr std::optional<Access> Of(const Exit& exit);

  /// The bytes of `value` that a store writes, or a load has read.
  constexpr std::uint64_t Truncated(std::uint64_t value) const {
    return value & ~std::uint64_t{0} >> (64 - 8 * bytes);
  }
  /// What the register holds after a load that read `value`. [arm-arm] ISS.{SAS, SSE, SF}.
  constexpr std::uint64_t Loaded(std::uint64_t value) const;
};

/// What an instruction reads as its register `rt`: of XZR, 31, zeros.
constexpr std::uint64_t ValueOf(std::uint8_t rt, const vectors::GuestFrame& frame) {
  return rt == 31 ? 0 : frame.x[rt];
}

/// What a store writes: its width of the register.
constexpr std::uint64_t StoredValue(const Access& access, const vectors::GuestFrame& frame) {
  return access.Truncated(ValueOf(access.rt, frame));
}

/// Ends a load that read `value`, of which the access's width counts: writes its register and moves
/// PC past the instruction.
constexpr void CompleteLoad(const Access& access, std::uint64_t value, vectors::GuestFrame& frame) {
  if (access.rt != 31) frame.x[access.rt] = access.Loaded(value);
  frame.pc += 4;
}

/// Ends a store: moves PC past the instruction.
constexpr void CompleteStore(vectors::GuestFrame& frame) { frame.pc += 4; }

constexpr std::optional<Access> Access::Of(const Exit& exit) {
  const vectors::DataAbort abort = exit.syndrome.data_abort();
  if (exit.reason != ExitReason::kDataAbort || !abort.access_is_described ||
      abort.during_stage1_walk || !exit.fault.intermediate_address) {
    return std::nullopt;
  }
  return Access{.address = *exit.fault.intermediate_address,
                .bytes = abort.access_bytes,
                .is_write = abort.is_write,
                .is_ordered = abort.is_ordered,
                .sign_extend = abort.sign_extend,
                .is_64_bit = abort.is_64_bit,
                .rt = abort.rt};
}

constexpr std::uint64_t Access::Loaded(std::uint64_t value) const {
  const std::uint64_t read = Truncated(value);
  if (!sign_extend) return read;
  const unsigned shift = 64 - 8 * bytes;
  const auto extended =
      static_cast<std::uint64_t>(static_cast<std::int64_t>(read << shift) >> shift);
  return is_64_bit ? extended : extended & 0xffff'ffff;
}

}  // namespace trivet::vcpu
