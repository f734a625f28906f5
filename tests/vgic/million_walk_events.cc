#include "tests/vgic/walk_events.h"

namespace trivet::tests {

const unsigned kWalkEvents = 84'000;

}  // namespace trivet::tests
