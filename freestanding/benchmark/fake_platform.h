// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

#include "freestanding/benchmark/platform.h"

namespace benchmark::internal {

/// What the library under test printed since it was last cleared.
extern std::string printed;
/// What StartCounters() returns.
extern Capabilities capabilities;

}  // namespace benchmark::internal
