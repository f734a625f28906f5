// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "tools/runner/options.h"
#include "tools/runner/status.h"

namespace trivet::runner {

/// Boots the image in QEMU by `command`, shows its console on standard output and judges the run.
Verdict Emulate(const Options& options, const std::vector<std::string>& command);

}  // namespace trivet::runner
