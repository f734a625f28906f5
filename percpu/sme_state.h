// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "percpu/host_kind.h"
#include "vectors/sme_state.h"
#include "vectors/sve_state.h"

namespace trivet::percpu {

/// What an owner has of SME beside its vectors: modes, vector lengths, ZA and ZT0. Zero: Streaming
/// SVE mode and ZA are off. At EL2, SME not trapped.
struct SmeState {
  /// None: ZA, ZT0 and streaming vectors are not kept.
  [[no_unique_address]] vectors::SmeArea area;
  bool sm = false, za = false;               ///< SVCR.
  std::uint32_t smcr_el2 = 0, smcr_el1 = 0;  ///< Bits 63:32 are RES0.

  void SaveModes();
  void SaveLengths(const CpuTraits& cpu);
  /// Stores ZA and ZT0, if they are on, and turns them and Streaming SVE mode off. The vectors are
  /// saved before: that zeroes them. [arm-arm] SVCR.
  void TakeZa();
  /// Writes all of it, from a CPU where both are off. The vectors are loaded afterwards.
  void Restore(const CpuTraits& cpu) const;
  void RestoreModes() const;

  /// Z, P and FFR of the mode that PSTATE.SM says; those outside Streaming SVE mode are at `sve`.
  void StoreVectors(const vectors::SveArea& sve) const;
  void LoadVectors(const vectors::SveArea& sve) const;
};

}  // namespace trivet::percpu
