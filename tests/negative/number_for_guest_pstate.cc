// SPDX-License-Identifier: Apache-2.0 OR MIT
// A hook gives a guest a PSTATE that was checked, not a number.
#include "vectors/in_place.h"

namespace trivet::vectors {

InPlace Probe(InPlaceExit& exit) {
#ifdef TRIVET_EXPECT_ERROR
  exit.pstate = 0x3c9;
#else
  exit.pstate = GuestPstate::From(0x3c5).value();
#endif
  return InPlace::kResume;
}

}  // namespace trivet::vectors
