// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace late {

/// Stage 2 of the calling CPU is that of PrepareMemory(). After each enable.
void UseMemory();

}  // namespace late
