// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "tools/runner/options.h"

namespace trivet::runner {

/// Nothing when there is an image at `path`; the error is one line for the user.
std::expected<void, std::string> CheckImage(const std::string& path);

/// The emulator's whole command line, --qemu first. The error is one line: which file is missing.
std::expected<std::vector<std::string>, std::string> QemuCommand(const Options& options);

}  // namespace trivet::runner
