// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "tools/runner/options.h"
#include "tools/runner/status.h"

namespace trivet::runner {

/// Loads the image onto a board through its U-Boot on a serial line, starts it, shows its console
/// on standard output and judges the run. Progress goes to standard error.
Verdict RunOnBoard(const Options& options);

}  // namespace trivet::runner
