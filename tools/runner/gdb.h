// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <string>
#include <vector>

#include "tools/runner/options.h"
#include "tools/runner/status.h"

namespace trivet::runner {

/// Starts QEMU halted before its first instruction with a gdb stub on a free port of this machine,
/// prints the debugger's command line on standard error and goes on as Emulate(), without a
/// deadline.
Verdict Debug(Options options, const std::vector<std::string>& command);

/// Load address of the file `image` in the output of QEMU's `info roms`; empty: not listed.
std::string ParseLoadAddress(const std::string& roms, const std::string& image);

}  // namespace trivet::runner
