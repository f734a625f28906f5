// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/register_info.h"

namespace trivet::hal {

/// The tags a .def line may carry after a field's type.
struct Needs {
  Feature feature;
};
struct Res1Without {
  Feature feature;
};
struct RaoWithout {
  Feature feature;
};
struct Reset {
  std::uint64_t value;
};
struct ResetAtTop {
  std::uint64_t value;
};
struct ResetToCounters {};
struct TlbCached {};
struct ReadOnlyField {};
struct Acts {};
struct Sets {};
struct Clears {};

constexpr void Apply(FieldTraits& traits, Needs tag) { traits.needs = tag.feature; }
constexpr void Apply(FieldTraits& traits, Res1Without tag) { traits.res1_without = tag.feature; }
constexpr void Apply(FieldTraits& traits, RaoWithout tag) { traits.rao_without = tag.feature; }
constexpr void Apply(FieldTraits& traits, TlbCached) { traits.tlb_cached = true; }
constexpr void Apply(FieldTraits& traits, ReadOnlyField) { traits.on_write = OnWrite::kIgnored; }
constexpr void Apply(FieldTraits& traits, Acts) { traits.on_write = OnWrite::kActs; }
constexpr void Apply(FieldTraits& traits, Sets) { traits.on_write = OnWrite::kSets; }
constexpr void Apply(FieldTraits& traits, Clears) { traits.on_write = OnWrite::kClears; }
constexpr void Apply(FieldTraits& traits, Reset tag) {
  traits.has_reset = true;
  traits.reset = tag.value;
}
constexpr void Apply(FieldTraits& traits, ResetAtTop tag) {
  traits.has_top_reset = true;
  traits.reset = tag.value;
}
constexpr void Apply(FieldTraits& traits, ResetToCounters) { traits.reset_is_pmcr_n = true; }

template <class... Tags>
constexpr FieldTraits Traits(Tags... tags) {
  FieldTraits traits;
  (Apply(traits, tags), ...);
  return traits;
}

}  // namespace trivet::hal
