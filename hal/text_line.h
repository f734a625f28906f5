#pragma once

#include <cstddef>
#include <string_view>

#include "hal/text_writer.h"

namespace trivet::hal {

/// A line in memory, for sinks that keep in one piece what one call gives them. Characters beyond
/// the limit are dropped. Freestanding.
class TextLine : public TextWriter {
 public:
  static constexpr std::size_t kMost = 200;

  TextLine()
      : TextWriter({.write =
                        [](void* context, const char* text, std::size_t size) {
                          auto& line = *static_cast<TextLine*>(context);
                          const std::size_t room = kMost - line.size_;
                          const std::string_view fits(text, size < room ? size : room);
                          line.size_ += fits.copy(line.text_ + line.size_, fits.size());
                        },
                    .context = this}) {}
  TextLine(const TextLine&) = delete;
  TextLine& operator=(const TextLine&) = delete;

  /// The line with its end: '\n'.
  std::string_view Ended() {
    text_[size_] = '\n';
    return {text_, size_ + 1};
  }

 private:
  char text_[kMost + 1];
  std::size_t size_ = 0;
};

}  // namespace trivet::hal
