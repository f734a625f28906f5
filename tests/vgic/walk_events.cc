// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/vgic/walk_events.h"

namespace trivet::tests {

const unsigned kWalkEvents = 1'000;

}  // namespace trivet::tests
