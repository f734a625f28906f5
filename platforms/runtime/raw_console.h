#pragma once

#include <string_view>

namespace trivet::platforms {

/// ConsoleWrite() without the lock, for reports that must come out whoever holds it.
void RawConsoleWrite(std::string_view text);

/// Returns when the last byte written has left the UART.
void RawConsoleDrain();

}  // namespace trivet::platforms
