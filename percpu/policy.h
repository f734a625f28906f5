#pragma once

#include <concepts>
#include <cstdint>

#include "hal/registers.h"

namespace trivet::percpu {

/// When VBAR_EL2 changes hands. On a VHE host it is always per run: the host's own vectors live
/// there.
enum class VectorSwitch : std::uint8_t { kPerEnable, kPerRun };

/// Bits of HCR_EL2 that are never a policy's or a guest's to set: the host's own mode, and what
/// needs support that Trivet does not have (nested virtualization, VSE without a record of it).
inline constexpr hal::HcrEl2 kHostOwned =
    hal::HcrEl2().e2h(true).tge(true).nv(true).nv1(true).nv2(true).at(true);

/// Which bits HCR_EL2 gains, which it loses, and when. Everything else stays the host's. A policy
/// that touches a bit of the host's does not compile, nor does one that clears bits while the host
/// runs: without its IMO a host at EL2 is deaf.
template <class P>
concept Policy =
    requires {
      { P::kHcrSet } -> std::convertible_to<hal::HcrEl2>;
      { P::kHcrClear } -> std::convertible_to<hal::HcrEl2>;
      { P::kVectors } -> std::convertible_to<VectorSwitch>;
    } && ((P::kHcrSet.raw() | P::kHcrClear.raw()) & kHostOwned.raw()) == 0 && P::kHcrSet.vm() &&
    (P::kVectors == VectorSwitch::kPerRun || P::kHcrClear.raw() == 0);

/// Stage 2 on, AArch64 guests, SMC trapped, and physical IRQ, FIQ and SError taken at EL2. Without
/// AMO an EL2 host with TGE = 0 never sees an SError. [arm-arm] HCR_EL2.AMO, "Asynchronous
/// exception routing".
struct DefaultPolicy {
  static constexpr hal::HcrEl2 kHcrSet =
      hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).amo(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};

/// {VM, RW, IMO, FMO, TSC}: the set of the design Trivet grew out of. SErrors stay masked at an EL2
/// host.
struct SeedPolicy {
  static constexpr hal::HcrEl2 kHcrSet =
      hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};
static_assert(SeedPolicy::kHcrSet.raw() == 0x8008'0019);

/// The default bits, the vectors only while a guest runs: the host takes its interrupts through its
/// own table.
struct PerRunPolicy {
  static constexpr hal::HcrEl2 kHcrSet = DefaultPolicy::kHcrSet;
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerRun;
};

/// Physical interrupts go to the guest at EL1: for partitions that own their interrupt controller.
/// The host's own routing is kept while it runs, so the vectors are switched per run.
struct PassThroughPolicy {
  static constexpr hal::HcrEl2 kHcrSet = hal::HcrEl2().vm(true).rw(true).amo(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = hal::HcrEl2().imo(true).fmo(true);
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerRun;
};

/// A policy as values.
struct PolicyValues {
  hal::HcrEl2 hcr_set;
  hal::HcrEl2 hcr_clear;
  VectorSwitch vectors;
};

template <Policy P>
inline constexpr PolicyValues kPolicy = {P::kHcrSet, P::kHcrClear, P::kVectors};

}  // namespace trivet::percpu
