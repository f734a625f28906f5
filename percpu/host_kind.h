#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "hal/features.h"
#include "hal/registers.h"

namespace trivet::percpu {

/// How a host uses EL2: its HCR_EL2.{E2H, TGE} at enable. [arm-arm] HCR_EL2.E2H, HCR_EL2.TGE.
enum class HostKind : std::uint8_t {
  kNvhe,     ///< {0, 0}: EL2 registers of its own; interrupts arrive only with IMO, FMO, AMO set.
  kNvheTge,  ///< {0, 1}: the same, with EL0 routed to EL2; guests need TGE clear while they run.
  kVhe,      ///< {1, x}: `_EL1` names reach EL2's registers; the vectors are the host's whenever it
             ///< runs.
};

constexpr HostKind KindOf(hal::HcrEl2 hcr) {
  if (hcr.e2h()) return HostKind::kVhe;
  return hcr.tge() ? HostKind::kNvheTge : HostKind::kNvhe;
}

/// The features that decide which registers Trivet switches. Each costs a few instructions per
/// enable.
inline constexpr hal::Feature kQueriedFeatures[] = {hal::Feature::kHcx, hal::Feature::kFgt,
                                                    hal::Feature::kPmuV3};

/// Which registers exist on a CPU, and by which names its host accesses them. Two bytes: it is
/// copied in every transition.
class CpuTraits {
 public:
  constexpr CpuTraits() = default;

  /// This CPU's traits under a host that has `hcr`. EL1 or above.
  template <class B>
  static CpuTraits Of(hal::HcrEl2 hcr) {
    CpuTraits traits;
    traits.kind_ = KindOf(hcr);
    [&]<std::size_t... kI>(std::index_sequence<kI...>) {
      ((traits.present_ |= static_cast<std::uint8_t>(hal::Has<kQueriedFeatures[kI], B>() << kI)),
       ...);
    }(std::make_index_sequence<std::size(kQueriedFeatures)>());
    return traits;
  }

  constexpr HostKind kind() const { return kind_; }
  constexpr bool e2h() const { return kind_ == HostKind::kVhe; }

  template <hal::Feature kFeature>
  constexpr bool Has() const {
    constexpr std::size_t kIndex = IndexOf(kFeature);
    static_assert(kIndex < std::size(kQueriedFeatures), "add the feature to kQueriedFeatures");
    return (present_ >> kIndex & 1) != 0;
  }

 private:
  static consteval std::size_t IndexOf(hal::Feature feature) {
    std::size_t i = 0;
    while (i < std::size(kQueriedFeatures) && kQueriedFeatures[i] != feature) ++i;
    return i;
  }

  HostKind kind_ = HostKind::kNvhe;
  std::uint8_t present_ = 0;  // Bit i: kQueriedFeatures[i].
};

}  // namespace trivet::percpu
