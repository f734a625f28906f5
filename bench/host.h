// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/cpu_id.h"
#include "vectors/cpu_slot.h"

namespace trivet::bench {

/// A host whose handlers do nothing.
struct BenchHost {
  static vectors::Handlers HandlersFor(CpuId) {
    constexpr vectors::Handler kIgnore = [](vectors::CpuSlot&) {};
    return {kIgnore, kIgnore, kIgnore, kIgnore};
  }
};

}  // namespace trivet::bench
