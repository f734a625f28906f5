#pragma once

#include <cstddef>

#include "platforms/hosted/host.h"

namespace trivet::platforms::hosted {

/// Checks that this CPU is as Main() wants it, and calls it. After PrepareImage(). Status 102 when
/// not at EL2 or not on SP_EL2.
int StartUnder(const Host& host);

/// Under `go`: where Return() unwinds to, and a page of the host's stack, which is near the host's
/// code wherever the image was loaded.
struct CommandContext {
  void* frame = nullptr;
  std::byte* page = nullptr;
};
extern CommandContext command_context;

}  // namespace trivet::platforms::hosted
