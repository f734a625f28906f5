// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/status.h"

#include <iterator>

#include "capi/trivet.h"

namespace trivet {
namespace {

#define STATUS(enumerator, NAME) \
  static_assert(static_cast<unsigned>(Status::enumerator) == static_cast<unsigned>(TRIVET_##NAME));
#include "capi/statuses.def"

/// In the order of their numbers, which the list has to have.
constexpr const char* kNames[] = {
#define STATUS(enumerator, NAME) "TRIVET_" #NAME,
#include "capi/statuses.def"
};
constexpr unsigned kInOrder[] = {
#define STATUS(enumerator, NAME) TRIVET_##NAME,
#include "capi/statuses.def"
};
static_assert([] {
  for (unsigned i = 0; i < std::size(kInOrder); ++i) {
    if (kInOrder[i] != i) return false;
  }
  return std::size(kInOrder) == TRIVET_PEER_FAILED + 1;
}());

/// The list has all of them: for another one the compiler warns, which CI refuses.
[[maybe_unused]] constexpr bool IsListed(Status status) {
  switch (status) {
#define STATUS(enumerator, NAME) \
  case Status::enumerator: return true;
#include "capi/statuses.def"
  }
  return false;
}

}  // namespace
}  // namespace trivet

const char* trivet_status_text(trivet_status status) {
  if (status == TRIVET_WRONG_VERSION) return "TRIVET_WRONG_VERSION";
  if (status == TRIVET_TOO_SMALL) return "TRIVET_TOO_SMALL";
  return status < std::size(trivet::kNames) ? trivet::kNames[status] : "an unknown trivet_status";
}
