// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "tools/runner/options.h"
#include "tools/runner/status.h"

namespace trivet::runner {

/// Writes the image to --out=DIR under the names that boot loaders look for, with a README.txt of
/// the commands to type, which is also printed on standard output. A file of another origin in DIR
/// is left alone: then nothing is written.
Verdict WriteOut(const Options& options);

}  // namespace trivet::runner
