// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <initializer_list>
#include <string_view>

namespace trivet::platforms {

/// ConsoleWrite() without the lock, for reports while a stopped CPU may hold it.
void RawConsoleWrite(std::string_view text);

/// RawConsoleWrite() of the parts and the end of a line.
void RawConsoleLine(std::initializer_list<std::string_view> parts);

/// Initializes the console of ThisMachine(). Once, before anything is written.
void StartConsole();

/// Writes `line` as the console's last line and returns when its last byte is sent. Waits a limited
/// time for a write of another CPU to end. Later writes, and a second call, wait for ever.
void CloseConsole(std::string_view line);

}  // namespace trivet::platforms
