// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/host_kind.h"

#include "hal/cpu.h"
#include "percpu/live_features.h"

namespace trivet::percpu {

void CpuTraits::Query() {
  std::uint64_t present = 0;
  for (std::size_t i = 0; i < std::size(kQueriedFeatures); ++i) {
    present |= static_cast<std::uint64_t>(CpuHas(kQueriedFeatures[i])) << i;
  }
  constexpr std::uint64_t kGicV3 = std::uint64_t{1} << IndexOf(hal::Feature::kGicV3);
  if ((present & kGicV3) != 0 && !hal::Cpu::Read<hal::IccSreEl2>().sre()) present &= ~kGicV3;
  queried_ = true;
  present_ = present & ((std::uint64_t{1} << 56) - 1);
}

}  // namespace trivet::percpu
