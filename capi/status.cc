// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/status.h"

#include "capi/trivet.h"

namespace trivet {
namespace {

#define STATUS(enumerator, NAME) \
  static_assert(static_cast<unsigned>(Status::enumerator) == static_cast<unsigned>(TRIVET_##NAME));
#include "capi/statuses.def"

/// The names of all: a Status that the list lacks is a warning of the compiler, which CI refuses.
constexpr const char* NameOf(Status status) {
  switch (status) {
#define STATUS(enumerator, NAME) \
  case Status::enumerator: return "TRIVET_" #NAME;
#include "capi/statuses.def"
  }
  return nullptr;
}

}  // namespace
}  // namespace trivet

const char* trivet_status_text(trivet_status status) {
  if (status == TRIVET_WRONG_VERSION) return "TRIVET_WRONG_VERSION";
  if (status == TRIVET_TOO_SMALL) return "TRIVET_TOO_SMALL";
  const char* const name = trivet::NameOf(static_cast<trivet::Status>(status));
  return name != nullptr ? name : "an unknown trivet_status";
}
