#include "tests/guest/life.h"

extern "C" const char trivet_test_guest[];

namespace trivet::tests {

std::uint64_t PlaceGuest() { return reinterpret_cast<std::uint64_t>(&trivet_test_guest); }

}  // namespace trivet::tests
