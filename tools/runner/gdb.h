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

/// Where QEMU's monitor says, by `info roms`, that it put the file `image`; empty: it does not say.
std::string ParseLoadAddress(const std::string& roms, const std::string& image);

}  // namespace trivet::runner
