#pragma once

#include <cstddef>
#include <string_view>

#include "hal/text_writer.h"

namespace trivet::platforms {

/// Writes to the board's UART, '\n' as "\r\n", and returns when the last byte is in its FIFO. Any
/// CPU at EL2; a call's text stays in one piece. Masks this CPU's interrupts meanwhile and puts
/// them back.
void ConsoleWrite(std::string_view text);

/// A line of text and numbers that is written in one piece, with its end, when the object goes: the
/// lines of several CPUs never mix. Characters beyond the limit are dropped.
///
///     ConsoleLine().Text("HCR_EL2 ").Hex(hcr.raw());
class ConsoleLine : public hal::TextWriter {
 public:
  static constexpr std::size_t kMost = 200;

  ConsoleLine();
  ~ConsoleLine();
  ConsoleLine(const ConsoleLine&) = delete;
  ConsoleLine& operator=(const ConsoleLine&) = delete;

 private:
  char text_[kMost + 1];
  std::size_t size_ = 0;
};

}  // namespace trivet::platforms
