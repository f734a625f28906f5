#pragma once

#include <string_view>

namespace trivet::platforms {

/// ConsoleWrite() without the lock, for reports that must come out whoever holds it.
void RawConsoleWrite(std::string_view text);

/// Readies the console of ThisMachine(). Once, before anything is written.
void StartConsole();

/// Writes `line` as the last line there is, at the beginning of a line, and returns when its last
/// byte is on the wire. Waits up to a moment for a write of another CPU to end; later ones wait for
/// ever. A second call waits for ever too.
void CloseConsole(std::string_view line);

}  // namespace trivet::platforms
