// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/benchmark/fake_platform.h"

namespace benchmark::internal {

std::string printed;
Capabilities capabilities;

void Write(std::string_view text) { printed += text; }
Capabilities StartCounters() { return capabilities; }
void LetWokenCpusSleep() {}

}  // namespace benchmark::internal
