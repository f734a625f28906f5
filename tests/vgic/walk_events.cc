#include "tests/vgic/walk_events.h"

namespace trivet::tests {

const unsigned kWalkEvents = 12'000;

}  // namespace trivet::tests
