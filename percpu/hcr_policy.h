// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "hal/decode.h"
#include "hal/features.h"
#include "hal/registers.h"
#include "percpu/guest_controls.h"
#include "percpu/live_features.h"
#include "percpu/policy.h"

/// Computes a guest's HCR_EL2 from its request, the policy, the host's value and the CPU's
/// features, and reports why each bit differs from the request. constexpr.
namespace trivet::percpu {

/// Why a bit of a guest's HCR_EL2 differs from the request.
enum class HcrReason : std::uint8_t {
  kAsRequested,    ///< It does not differ.
  kFeatureAbsent,  ///< Clear: RES0 on this CPU, which lacks the field's feature.
  kOwnedByHost,    ///< Clear: in kHostOwned, never a guest's to set.
  kPolicyClears,   ///< Clear: in the policy's kHcrClear.
  kNotAllowed,     ///< Clear: not in the policy's kHcrAllowed.
  kPolicySets,     ///< Set: in the policy's kHcrSet.
  kGuestControls,  ///< Set: a capability's, or closes what no guest has (hal/regs/guest.def).
  kReadsAsOne,     ///< Set: RES1 or RAO/WI on this CPU, which lacks the alternative.
  kHostHas,        ///< Set: the host has it set, and the policy does not clear it.
  kCount,
};

/// The reason as text, for messages. Never null.
const char* ToString(HcrReason reason);

/// A field of HCR_EL2, in fewer bytes than its hal::FieldInfo.
struct HcrField {
  std::uint8_t shift, width;
  hal::Feature needs, res1_without, rao_without;

  constexpr std::uint64_t mask() const { return ((std::uint64_t{1} << width) - 1) << shift; }
};
inline constexpr auto kHcrFields = [] {
  std::array<HcrField, hal::kInfo<hal::HcrEl2>.fields.size()> fields = {};
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const hal::FieldInfo& field = hal::kInfo<hal::HcrEl2>.fields[i];
    fields[i] = {.shift = static_cast<std::uint8_t>(std::countr_zero(field.mask())),
                 .width = static_cast<std::uint8_t>(std::popcount(field.mask())),
                 .needs = field.traits.needs,
                 .res1_without = field.traits.res1_without,
                 .rao_without = field.traits.rao_without};
  }
  return fields;
}();

/// HCR_EL2 as one CPU implements it. [arm-arm] HCR_EL2, the conditions of each field.
struct HcrLayout {
  std::uint64_t absent = 0;  ///< RES0 for want of a feature.
  std::uint64_t ones = 0;    ///< RES1 or RAO/WI.

  /// The layout of the bits in `of`. `cpu` has Has(Feature): a hal::FeatureSet, or LiveFeatures.
  template <class Features>
  static constexpr HcrLayout For(const Features& cpu, std::uint64_t of = ~std::uint64_t{0}) {
    HcrLayout layout;
    const auto lacks = [&](hal::Feature feature) {
      return feature != hal::Feature::kBase && !cpu.Has(feature);
    };
    for (const HcrField& field : kHcrFields) {
      if ((field.mask() & of) == 0) continue;
      if (lacks(field.needs)) layout.absent |= field.mask();
      if (lacks(field.res1_without) || lacks(field.rao_without)) layout.ones |= field.mask();
    }
    return layout;
  }
};
static_assert(hal::MaskOf(hal::kInfo<hal::HcrEl2>.fields, hal::BitKind::kRes0) == 0 &&
                  hal::MaskOf(hal::kInfo<hal::HcrEl2>.fields, hal::BitKind::kRes1) == 0,
              "HCR_EL2 has bits that are reserved on every CPU: HcrLayout has to report them");

/// The calling CPU's features; each Has() reads an ID register. EL1 or above.
struct LiveFeatures {
  static bool Has(hal::Feature feature) { return CpuHas(feature); }
};

/// HcrLayout::For() the calling CPU.
HcrLayout LiveHcrLayout(std::uint64_t of);

/// The bits of `requested` that a guest gets on top of the policy's and the host's.
constexpr hal::HcrEl2 Grant(hal::HcrEl2 requested, const PolicyValues& policy,
                            const HcrLayout& layout) {
  const std::uint64_t free =
      policy.hcr_allowed.raw() & ~kHostOwned.raw() & ~kNotSwitched.raw() & ~layout.absent;
  return hal::HcrEl2::FromRaw(requested.raw() & free);
}

/// HCR_EL2 while a guest with `granted` runs under a host with `host`. The host's kGuestHcr bits do
/// not reach it. TGE is cleared: with TGE set there is no EL1.
constexpr hal::HcrEl2 Compose(hal::HcrEl2 host, const PolicyValues& policy, hal::HcrEl2 granted) {
  const std::uint64_t of_host = host.raw() & ~kGuestHcr.raw();
  return hal::HcrEl2::FromRaw((of_host | policy.hcr_set.raw() | granted.raw()) &
                              ~policy.hcr_clear.raw())
      .tge(false);
}

/// Everything that decides what a guest gets.
struct HcrTerms {
  hal::HcrEl2 requested;
  hal::HcrEl2 controls = {};  ///< GuestHcr() of its capabilities.
  PolicyValues policy = {};
  HcrLayout layout;
  hal::HcrEl2 host;

  /// The bits of the request that the policy allows and the CPU has.
  constexpr hal::HcrEl2 granted() const { return Grant(requested, policy, layout); }
  /// What the guest adds to the host's and the policy's bits.
  constexpr hal::HcrEl2 guests() const {
    return hal::HcrEl2::FromRaw(granted().raw() | controls.raw());
  }
  /// HCR_EL2 while the guest runs.
  constexpr hal::HcrEl2 value() const {
    const std::uint64_t composed = Compose(host, policy, guests()).raw();
    return hal::HcrEl2::FromRaw((composed & ~layout.absent) | layout.ones);
  }
};

/// The result of Constrain(): the value, and why it differs from the request.
class ConstrainedHcr {
 public:
  constexpr ConstrainedHcr() = default;

  /// HCR_EL2 while the guest runs.
  constexpr hal::HcrEl2 value() const { return value_; }
  /// The bits of the request that the policy allows and the CPU has.
  constexpr hal::HcrEl2 granted() const { return granted_; }
  /// Requested bits that are clear in the value.
  constexpr hal::HcrEl2 dropped() const { return Without(requested_, value_); }
  /// Bits set in the value that were not requested.
  constexpr hal::HcrEl2 forced() const { return Without(value_, requested_); }
  /// Why bit `bit`, 0 to 63, differs from the request.
  constexpr HcrReason ReasonOf(unsigned bit) const {
    for (std::size_t i = 0; i < because_.size(); ++i) {
      if ((because_[i] >> bit & 1) != 0) return static_cast<HcrReason>(i);
    }
    return HcrReason::kAsRequested;
  }
  /// The bits that differ from the request for this reason; for kAsRequested, none.
  constexpr hal::HcrEl2 Because(HcrReason reason) const {
    return hal::HcrEl2::FromRaw(because_[static_cast<std::size_t>(reason)]);
  }

 private:
  friend constexpr ConstrainedHcr Constrain(const HcrTerms&);

  static constexpr hal::HcrEl2 Without(hal::HcrEl2 a, hal::HcrEl2 b) {
    return hal::HcrEl2::FromRaw(a.raw() & ~b.raw());
  }
  /// Gives the bits of `premise` among `undecided` this reason.
  constexpr void Explain(HcrReason reason, std::uint64_t premise, std::uint64_t& undecided) {
    because_[static_cast<std::size_t>(reason)] |= premise & undecided;
    undecided &= ~premise;
  }

  hal::HcrEl2 value_;
  hal::HcrEl2 requested_;
  hal::HcrEl2 granted_;
  std::array<std::uint64_t, static_cast<std::size_t>(HcrReason::kCount)> because_ = {};
};

/// A guest's HCR_EL2 on these terms. Multi-bit fields are combined by OR too: the result of BSU and
/// TWEDEL is no weaker than either part.
constexpr ConstrainedHcr Constrain(const HcrTerms& terms) {
  constexpr std::uint64_t kAll = ~std::uint64_t{0};
  ConstrainedHcr result;
  result.requested_ = terms.requested;
  result.granted_ = terms.granted();
  result.value_ = terms.value();
  const HcrLayout& layout = terms.layout;
  const PolicyValues& policy = terms.policy;

  std::uint64_t dropped = result.dropped().raw();
  result.Explain(HcrReason::kFeatureAbsent, layout.absent, dropped);
  result.Explain(HcrReason::kOwnedByHost, kHostOwned.raw(), dropped);
  result.Explain(HcrReason::kPolicyClears, policy.hcr_clear.raw(), dropped);
  result.Explain(HcrReason::kNotAllowed, kAll, dropped);
  std::uint64_t forced = result.forced().raw();
  result.Explain(HcrReason::kPolicySets, policy.hcr_set.raw(), forced);
  result.Explain(HcrReason::kGuestControls, terms.controls.raw(), forced);
  result.Explain(HcrReason::kReadsAsOne, layout.ones, forced);
  result.Explain(HcrReason::kHostHas, kAll, forced);
  return result;
}
/// The same for `requested` under `policy`, on a CPU with `layout`, under a host whose HCR_EL2 is
/// `host`.
constexpr ConstrainedHcr Constrain(hal::HcrEl2 requested, const PolicyValues& policy,
                                   const HcrLayout& layout, hal::HcrEl2 host = {}) {
  return Constrain(
      HcrTerms{.requested = requested, .policy = policy, .layout = layout, .host = host});
}

/// Prints the value, then one line for each field that differs from the request:
///
///     HCR_EL2 = 0x80082039
///       forced   VM        the policy sets it
///       dropped  TID5      this CPU lacks FEAT_MTE2
void Print(const ConstrainedHcr& hcr, hal::TextSink sink);

}  // namespace trivet::percpu
