#pragma once

#include <concepts>
#include <cstdint>

#include "hal/registers.h"

namespace trivet::percpu {

/// When VBAR_EL2 changes hands. On a VHE host it is always per run: the host's own vectors live
/// there.
enum class VectorSwitch : std::uint8_t { kPerEnable, kPerRun };

/// Bits of HCR_EL2 that are never a policy's or a guest's to set: the host's own mode, and nested
/// virtualization, which Trivet does not have.
inline constexpr hal::HcrEl2 kHostOwned =
    hal::HcrEl2().e2h(true).tge(true).nv(true).nv1(true).nv2(true).at(true);

/// Bits that give a guest registers which Trivet does not switch, so that it would change the
/// host's or another guest's: authentication keys (API, APK), allocation tags (ATA, DCT),
/// SCXTNUM_EL1, RAS fault injection (FIEN), activity monitor offsets. And VSE: hardware clears it
/// when the guest takes the SError, which no record here would notice.
inline constexpr hal::HcrEl2 kNotSwitched = hal::HcrEl2()
                                                .api(true)
                                                .apk(true)
                                                .ata(true)
                                                .dct(true)
                                                .enscxt(true)
                                                .fien(true)
                                                .amvoffen(true)
                                                .vse(true);

/// Which bits HCR_EL2 gains, which it loses, and when. Everything else stays the host's. A policy
/// that touches a bit of the host's does not compile, nor does one that sets and clears the same
/// bit, nor one that clears bits while the host runs: without its IMO a host at EL2 receives no
/// IRQs.
///
/// A policy may also have `kHcrAllowed`, the bits that a guest may ask for besides; kAllowed<P> is
/// the answer for every policy.
template <class P>
concept Policy =
    requires {
      { P::kHcrSet } -> std::convertible_to<hal::HcrEl2>;
      { P::kHcrClear } -> std::convertible_to<hal::HcrEl2>;
      { P::kVectors } -> std::convertible_to<VectorSwitch>;
    } && ((P::kHcrSet.raw() | P::kHcrClear.raw()) & kHostOwned.raw()) == 0 && P::kHcrSet.vm() &&
    (P::kHcrSet.raw() & P::kHcrClear.raw()) == 0 &&
    (P::kVectors == VectorSwitch::kPerRun || P::kHcrClear.raw() == 0);

/// The bits that a guest may ask for under P: P's own list, or all that are not the host's and need
/// no switching that Trivet does not do.
template <Policy P>
inline constexpr hal::HcrEl2 kAllowed = [] {
  if constexpr (requires { P::kHcrAllowed; }) {
    return P::kHcrAllowed;
  } else {
    return hal::HcrEl2::FromRaw(~(kHostOwned.raw() | kNotSwitched.raw()));
  }
}();

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
struct BaselinePolicy {
  static constexpr hal::HcrEl2 kHcrSet =
      hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};
static_assert(BaselinePolicy::kHcrSet.raw() == 0x8008'0019);

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
  hal::HcrEl2 hcr_allowed;
};

template <Policy P>
inline constexpr PolicyValues kPolicy = {P::kHcrSet, P::kHcrClear, P::kVectors, kAllowed<P>};

}  // namespace trivet::percpu
