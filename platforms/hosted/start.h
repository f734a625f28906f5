// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>

#include "platforms/hosted/host.h"

namespace trivet::platforms::hosted {

/// Calls Main(), after PrepareImage(). Returns 102 if this CPU is not at EL2 with SP_EL2.
int StartUnder(const Host& host);

/// Under `go`: the frame that Return() unwinds to, and a page of the firmware's stack, which is
/// near the firmware's code wherever the image was loaded.
struct CommandContext {
  void* frame = nullptr;
  std::byte* page = nullptr;
};
extern CommandContext command_context;

}  // namespace trivet::platforms::hosted
