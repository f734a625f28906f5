// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>

namespace trivet::runner {

/// From now on SIGINT, SIGTERM, SIGHUP, SIGQUIT and SIGCHLD only wake a poll() of SignalFile(), and
/// SIGPIPE is ignored: nothing is left undone when the user stops the program. Any number of calls.
void WatchSignals();

/// Readable when a signal came since the last PendingStop(); -1 before WatchSignals().
int SignalFile();

/// The last signal since the last call that stops this program, or 0.
int PendingStop();

/// In a child between fork() and exec: signals mean again what they mean by default.
void RestoreSignals();

}  // namespace trivet::runner
