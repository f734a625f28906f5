// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

#include "hal/registers.h"

namespace trivet::percpu {

/// When VBAR_EL2 is switched. On a VHE host always per run: the host's own vectors are in it.
enum class VectorSwitch : std::uint8_t { kPerEnable, kPerRun };

/// When a guest with hal::Capability::kFp gets the FP and SIMD registers. kFirstUse costs a guest
/// that uses none nothing, and another an exit with each load.
enum class VectorRegisters : std::uint8_t { kFirstUse, kEachLoad };

/// Bits of HCR_EL2 that neither a policy nor a guest may set: the host's own mode, and nested
/// virtualization, which Trivet does not support.
inline constexpr hal::HcrEl2 kHostOwned =
    hal::HcrEl2().e2h(true).tge(true).nv(true).nv1(true).nv2(true).at(true);

/// Bits that a guest gets by a capability (hal/regs/guest.def) or not at all: they give it what is
/// then switched.
inline constexpr hal::HcrEl2 kNotSwitched = [] {
  std::uint64_t mask = 0;
#define CONTROL(Type, accessor, closed, open, capability)                                      \
  if constexpr (std::same_as<hal::Type, hal::HcrEl2>) {                                        \
    if (hal::Type().accessor(closed) == hal::Type()) mask |= hal::Type().accessor(open).raw(); \
  }
  using hal::TrapLevels;
#include "hal/regs/guest.def"
  return hal::HcrEl2::FromRaw(mask);
}();

/// Which bits of HCR_EL2 are set and cleared, and when. All others keep the host's value. A policy
/// that names a bit of kHostOwned does not compile, nor does one that sets and clears the same bit,
/// nor one that clears bits while the host runs: with IMO clear, an EL2 host receives no IRQs.
///
/// A policy may also have `kHcrAllowed`, the bits that a guest may request in addition; kAllowed<P>
/// has them for every policy.
template <class P>
concept Policy =
    requires {
      { P::kHcrSet } -> std::convertible_to<hal::HcrEl2>;
      { P::kHcrClear } -> std::convertible_to<hal::HcrEl2>;
      { P::kVectors } -> std::convertible_to<VectorSwitch>;
    } && ((P::kHcrSet.raw() | P::kHcrClear.raw()) & kHostOwned.raw()) == 0 && P::kHcrSet.vm() &&
    P::kHcrSet.rw() && (P::kHcrSet.raw() & kNotSwitched.raw()) == 0 &&
    (P::kHcrSet.raw() & P::kHcrClear.raw()) == 0 &&
    (P::kVectors == VectorSwitch::kPerRun || P::kHcrClear.raw() == 0);

/// The bits that a guest may request under P: P's own list, or all bits outside kHostOwned and
/// kNotSwitched.
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

/// {VM, RW, IMO, FMO, TSC}: the bits of the baseline design (docs/costs.md). SErrors stay masked at
/// an EL2 host.
struct BaselinePolicy {
  static constexpr hal::HcrEl2 kHcrSet =
      hal::HcrEl2().vm(true).rw(true).imo(true).fmo(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};
static_assert(BaselinePolicy::kHcrSet.raw() == 0x8008'0019);

/// The default bits; Trivet's vectors only while a guest runs: the host takes its interrupts
/// through its own table.
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

/// Interrupts go where the host's HCR_EL2 sends them, with a guest and without: for hosts at EL1
/// that go on as the guest, with their own interrupts.
struct HostRoutedPolicy {
  static constexpr hal::HcrEl2 kHcrSet = hal::HcrEl2().vm(true).rw(true).tsc(true);
  static constexpr hal::HcrEl2 kHcrClear = {};
  static constexpr VectorSwitch kVectors = VectorSwitch::kPerEnable;
};

/// P::kVectorRegisters if P has it, else kFirstUse.
template <Policy P>
inline constexpr VectorRegisters kVectorRegisters = [] {
  if constexpr (requires { P::kVectorRegisters; }) {
    return P::kVectorRegisters;
  } else {
    return VectorRegisters::kFirstUse;
  }
}();

/// The fields of HCR_EL2 that some CPUs lack.
inline constexpr std::uint64_t kConditionalHcr = [] {
  std::uint64_t mask = 0;
  for (const hal::FieldInfo& field : hal::kInfo<hal::HcrEl2>.fields) {
    if (field.traits.needs != hal::Feature::kBase) mask |= field.mask();
  }
  return mask;
}();

/// A policy as values.
struct PolicyValues {
  hal::HcrEl2 hcr_set;
  hal::HcrEl2 hcr_clear;
  VectorSwitch vectors;
  hal::HcrEl2 hcr_allowed;
  VectorRegisters vector_registers = VectorRegisters::kFirstUse;
  hal::HcrEl2 hcr_conditional;  ///< Of hcr_set, what some CPUs lack.
};

template <Policy P>
inline constexpr PolicyValues kPolicy = {
    .hcr_set = P::kHcrSet,
    .hcr_clear = P::kHcrClear,
    .vectors = P::kVectors,
    .hcr_allowed = kAllowed<P>,
    .vector_registers = kVectorRegisters<P>,
    .hcr_conditional = hal::HcrEl2::FromRaw(P::kHcrSet.raw() & kConditionalHcr)};

}  // namespace trivet::percpu
