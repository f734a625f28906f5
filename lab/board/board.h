// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "tools/options/options.h"

namespace trivet::lab::board {

/// `lab board`: measures a CPU, on a board or in QEMU, and compares it with the simulator. Returns
/// an exit status.
int Board(const tools::Words& words);

}  // namespace trivet::lab::board
