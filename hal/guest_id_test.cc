// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gtest/gtest.h>

#include <cstdint>
#include <map>

#include "hal/field_mask.h"
#include "hal/guest_view.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

/// What ID registers show, as guest.def has it: of a CPU that has everything, and nothing.
struct Shown {
  std::uint64_t everything = 0, nothing = 0;
};

/// The field's ABSENT line, in place: a signed number, passed as it is; 0 without such a line.
std::uint64_t AbsentOf(const GuestIdField& field) {
#define ABSENT(Type, accessor, absent)                                                      \
  if (field.id == RegisterId::k##Type && field.mask == TRIVET_FIELD_MASK(Type, accessor)) { \
    return TRIVET_FIELD_VALUE(Type, accessor, absent);                                      \
  }
#include "hal/regs/guest.def"
  return 0;
}

std::map<RegisterId, Shown> ShownTo(Capabilities open) {
  std::map<RegisterId, Shown> all;
  for (const GuestIdField& field : GuestIdFields()) {
    Shown& shown = all[field.id];
    const std::uint64_t absent = AbsentOf(field);
    const bool passes = open.Has(field.capability);
    if (!passes) shown.nothing |= absent;
    if (!passes && absent == 0) continue;
    // Of two lines the later one that the guest has, which offers more.
    shown.everything &= ~field.mask;
    shown.everything |= !passes ? absent : absent != 0 ? field.mask : field.value;
  }
  return all;
}

TEST(GuestId, ShowsAtMostWhatIsOfferedAndNoOtherField) {
  for (const Capabilities open : {Capabilities(), kAllCapabilities}) {
    for (const auto& [id, shown] : ShownTo(open)) {
      const RegisterInfo& info = InfoOf(id);
      EXPECT_EQ(OfferedId(info.encoding, ~std::uint64_t{0}, open), shown.everything) << info.name;
      EXPECT_EQ(OfferedId(info.encoding, 0, open), shown.nothing) << info.name;
    }
  }
}

}  // namespace
}  // namespace trivet::hal
