#pragma once

#include <string>

#include "freestanding/benchmark/platform.h"

namespace benchmark::internal {

/// What the library under test printed since it was last cleared.
extern std::string printed;
/// What StartCounters() answers.
extern Capabilities capabilities;

}  // namespace benchmark::internal
