// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <optional>
#include <string_view>

#include "tools/runner/console.h"
#include "tools/runner/serial/wire.h"
#include "tools/runner/verdict.h"

namespace trivet::runner {

/// Listens to a board whose image was just started until the run ends, and judges it as in an
/// emulator. It ends with the image's status line, with its return to U-Boot's `go`, when the board
/// restarts, when U-Boot's `prompt` is back, or after `limit`. `wire` passes what it reads to
/// `transcript`.
Verdict Watch(Wire& wire, const Transcript& transcript, std::string_view prompt,
              const Expectation& expected, std::optional<milliseconds> limit);

}  // namespace trivet::runner
