// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "hal/line_writer.h"

namespace trivet::platforms {

/// Writes to the board's UART, '\n' as "\r\n", and returns when the last byte is in its FIFO. Any
/// CPU at EL2; a call's text stays in one piece. Masks this CPU's interrupts meanwhile and puts
/// them back.
void ConsoleWrite(std::string_view text);

/// The console for what prints to a sink: what one call gives it stays in one piece.
inline constexpr hal::TextSink kConsoleSink = {
    .write = [](void*, const char* text, std::size_t size) { ConsoleWrite({text, size}); },
    .context = nullptr};

/// A line of text and numbers in one piece: the lines of several CPUs never mix.
///
///     ConsoleLine().Text("HCR_EL2 ").Hex(hcr.raw());
struct ConsoleLine : hal::LineWriter {
  ConsoleLine() : LineWriter(kConsoleSink) {}
};

}  // namespace trivet::platforms
