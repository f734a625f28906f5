#include "tests/vgic/walk_events.h"

namespace trivet::tests {

const unsigned kWalkEvents = 1'000;

}  // namespace trivet::tests
