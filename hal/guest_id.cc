// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest's ID registers show: apart from guest_view.cc, whose names an image seldom needs.

#include <algorithm>
#include <bit>
#include <iterator>

#include "hal/field_mask.h"
#include "hal/guest_view.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

/// [arm-arm] HCR_EL2.TID3: {op0, op1, CRn} == {3, 0, 0}, CRm 1 to 7.
constexpr std::uint8_t KeyOf(Encoding e) { return static_cast<std::uint8_t>(e.crm << 3 | e.op2); }

/// An OFFER line; `absent` is of the field's ABSENT line, or 0.
struct IdOffer {
  std::uint8_t key, shift;
  std::uint8_t width : 4, greatest : 4;
  std::uint8_t absent;
  Capability capability;
};

consteval std::uint64_t AbsentOf(RegisterId id, std::uint64_t mask) {
  std::uint64_t value = 0;
#define ABSENT(Type, accessor, absent)                                          \
  if (id == RegisterId::k##Type && mask == TRIVET_FIELD_MASK(Type, accessor)) { \
    value = TRIVET_FIELD_VALUE(Type, accessor, absent);                         \
  }
#include "hal/regs/guest.def"
  return value;
}

consteval IdOffer OfferOf(RegisterId id, Encoding encoding, std::uint64_t mask,
                          std::uint64_t greatest, Capability capability) {
  const int shift = std::countr_zero(mask);
  return {.key = KeyOf(encoding),
          .shift = static_cast<std::uint8_t>(shift),
          .width = static_cast<std::uint8_t>(std::popcount(mask) & 0xf),
          .greatest = static_cast<std::uint8_t>(greatest >> shift & 0xf),
          .absent = static_cast<std::uint8_t>(AbsentOf(id, mask) >> shift),
          .capability = capability};
}

constexpr IdOffer kIdOffers[] = {
#define OFFER(Type, accessor, greatest, capability)                                     \
  OfferOf(RegisterId::k##Type, kInfo<Type>.encoding, TRIVET_FIELD_MASK(Type, accessor), \
          TRIVET_FIELD_VALUE(Type, accessor, greatest), Capability::capability),
#include "hal/regs/guest.def"
};

consteval unsigned AbsentLines() {
  unsigned lines = 0;
#define ABSENT(...) ++lines;
#include "hal/regs/guest.def"
  return lines;
}
static_assert(std::ranges::count_if(kIdOffers, [](const IdOffer& o) { return o.absent != 0; }) ==
                  AbsentLines(),
              "a field with an ABSENT line has one OFFER line");

/// Where "absent" is 0b1111, the field is a signed number, and a present one is passed as it is.
constexpr std::uint64_t Shown(const IdOffer& offer, std::uint64_t live) {
  return offer.absent != 0 ? live : std::min<std::uint64_t>(live, offer.greatest);
}

}  // namespace

std::uint64_t OfferedId(Encoding encoding, std::uint64_t live, Capabilities open) {
  std::uint64_t value = 0;
  for (const IdOffer& offer : kIdOffers) {
    const bool shown = open.Has(offer.capability);
    if (offer.key != KeyOf(encoding) || (!shown && offer.absent == 0)) continue;
    const std::uint64_t mask = (std::uint64_t{1} << offer.width) - 1;
    const std::uint64_t field = shown ? Shown(offer, live >> offer.shift & mask) : offer.absent;
    value = (value & ~(mask << offer.shift)) | field << offer.shift;
  }
  return value;
}

}  // namespace trivet::hal
