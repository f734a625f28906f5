#pragma once

#include <cstdint>
#include <string_view>

/// The board's UART as the host left it: nothing of it is set up here. For hosts that offer a
/// program no console of their own.
namespace trivet::platforms::hosted {

/// Takes the board's own device tree for Machine(), and its console. Any EL.
void FindSerialConsole();

/// Takes the device tree at `address` instead, as far as it says something. False: there is no
/// tree; nothing changed. The host maps the address.
bool FindSerialConsoleIn(std::uint64_t address);

/// Writes, '\n' as "\r\n". Silent where no console is known. The host's own output goes to the same
/// UART: not from an interrupt of the host's.
void WriteToSerialConsole(std::string_view text);

}  // namespace trivet::platforms::hosted
