#pragma once

#include <cstddef>
#include <string_view>

#include "hal/decode.h"
#include "hal/text_line.h"

namespace trivet::platforms {

/// Writes to the board's UART, '\n' as "\r\n", and returns when the last byte is in its FIFO. Any
/// CPU at EL2; a call's text stays in one piece. Masks this CPU's interrupts meanwhile and puts
/// them back.
void ConsoleWrite(std::string_view text);

/// A line of text and numbers that is written in one piece, with its end, when the object goes: the
/// lines of several CPUs never mix. Characters beyond kMost are dropped.
///
///     ConsoleLine().Text("HCR_EL2 ").Hex(hcr.raw());
class ConsoleLine : public hal::TextLine {
 public:
  ConsoleLine() = default;
  ~ConsoleLine();
  ConsoleLine(const ConsoleLine&) = delete;
  ConsoleLine& operator=(const ConsoleLine&) = delete;
};

/// The console for what prints to a sink: what one call gives it stays in one piece.
inline constexpr hal::TextSink kConsoleSink = {
    .write = [](void*, const char* text, std::size_t size) { ConsoleWrite({text, size}); },
    .context = nullptr};

}  // namespace trivet::platforms
