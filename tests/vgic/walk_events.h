#pragma once

namespace trivet::tests {

/// How many steps the random walks of a test have together.
extern const unsigned kWalkEvents;

}  // namespace trivet::tests
