#pragma once

#include <concepts>

#include "hal/registers.h"

namespace trivet::percpu {

/// Which bits HCR_EL2 gains while a CPU is enabled. Everything else stays the host's.
template <class P>
concept Policy = requires {
  { P::kHcrSet } -> std::convertible_to<hal::HcrEl2>;
};

/// Stage 2 on, AArch64 guests, SMC trapped, and physical IRQ, FIQ and SError taken at EL2. Without AMO an EL2
/// host with TGE = 0 never sees an SError. [arm-arm] HCR_EL2.AMO, "Asynchronous exception routing".
struct DefaultPolicy {
  static constexpr hal::HcrEl2 kHcrSet =
      hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).amo(true).tsc(true);
};

/// {VM, RW, IMO, FMO, TSC}: the set of the design Trivet grew out of. SErrors stay masked at an EL2 host.
struct SeedPolicy {
  static constexpr hal::HcrEl2 kHcrSet = hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).tsc(true);
};
static_assert(SeedPolicy::kHcrSet.raw() == 0x8008'0019);

}  // namespace trivet::percpu
