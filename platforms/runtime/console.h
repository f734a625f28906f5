#pragma once

#include <string_view>

namespace trivet::platforms {

/// Writes to the board's UART, '\n' as "\r\n", and returns when the last byte is in its FIFO. Any
/// CPU at EL2; a call's text stays in one piece. Masks this CPU's interrupts meanwhile and puts
/// them back.
void ConsoleWrite(std::string_view text);

}  // namespace trivet::platforms
