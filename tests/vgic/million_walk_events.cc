// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/vgic/walk_events.h"

namespace trivet::tests {

const unsigned kWalkEvents = 84'000;

}  // namespace trivet::tests
