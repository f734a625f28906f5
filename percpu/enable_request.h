// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/feature.h"
#include "hal/register_id.h"
#include "hal/registers.h"
#include "hal/status.h"
#include "percpu/policy.h"

namespace trivet::percpu {

/// More about the last call that did not return kOk.
struct Error {
  Status status = Status::kOk;
  hal::Feature feature = hal::Feature::kBase;  ///< kUnsupportedFeature: what the CPU lacks.
  /// kRestoreMismatch, kVectorsReplaced, kUnsupportedHost, and kUnsupportedFeature of a guest that
  /// requests bits: the register with another value than expected.
  hal::RegisterId register_id = hal::RegisterId::kCount;
  std::uint64_t expected = 0;
  std::uint64_t got = 0;

  /// The bits of `register_id` that are not as expected.
  std::uint64_t bits() const { return expected ^ got; }
};

/// The host type's parameters of an enable.
struct EnableRequest {
  const PolicyValues& policy;  ///< Of static storage.
  std::uint64_t empty_stage2;  ///< Physical address of a stage 2 table that maps nothing.
  std::optional<std::uint64_t> host_vbar;  ///< The host's vectors, where VBAR_EL2 has others.
  bool host_uses_fp = false;

  /// The host's vectors, on a CPU that has `vbar`.
  hal::VbarEl2 HostVectors(hal::VbarEl2 vbar) const {
    return hal::VbarEl2::FromRaw(host_vbar.value_or(vbar.raw()));
  }
};

}  // namespace trivet::percpu
