// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string_view>

/// The board's UART, which the firmware has set up. For firmware that has no console interface for
/// programs.
namespace trivet::platforms::hosted {

/// Fills Machine() from the board's own device tree. Any EL.
void FindSerialConsole();

/// Replaces what the device tree at `address` describes. False, and nothing changed, if there is no
/// tree. The firmware must map the address.
bool FindSerialConsoleIn(std::uint64_t address);

/// Writes, '\n' as "\r\n". Silent where no console is known. Do not call it from an interrupt of
/// the firmware, which writes to the same UART.
void WriteToSerialConsole(std::string_view text);

}  // namespace trivet::platforms::hosted
