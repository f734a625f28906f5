// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "platforms/fdt/walk.h"
#include "platforms/machine/description.h"

namespace trivet::platforms {

/// The device at `place`, when it is enabled, its "compatible" is known and its registers are
/// mapped; else None.
Console ConsoleAt(const fdt::Place& place);
InterruptController InterruptControllerAt(const fdt::Place& place);
/// Whether the kind of this enabled node is known, its registers aside.
bool IsConsole(const fdt::Place& place);
bool IsInterruptController(const fdt::Place& place);
Watchdog WatchdogAt(const fdt::Place& place);

}  // namespace trivet::platforms
