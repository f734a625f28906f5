// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <string_view>

#include "hal/text_writer.h"

namespace trivet::hal {

/// One line, which reaches the sink in one piece, with its end, when the object goes: lines of
/// several CPUs mix only if the sink's pieces do. Characters beyond the limit are dropped.
class LineWriter : public TextWriter {
 public:
  static constexpr std::size_t kMost = 200;

  explicit LineWriter(TextSink lines)
      : TextWriter({.write =
                        [](void* context, const char* text, std::size_t size) {
                          static_cast<LineWriter*>(context)->Add({text, size});
                        },
                    .context = this}),
        lines_(lines) {}
  ~LineWriter() {
    text_[size_] = '\n';
    lines_.write(lines_.context, text_, size_ + 1);
  }
  LineWriter(const LineWriter&) = delete;
  LineWriter& operator=(const LineWriter&) = delete;

 private:
  void Add(std::string_view text) { size_ += text.copy(text_ + size_, kMost - size_); }

  TextSink lines_;
  char text_[kMost + 1];
  std::size_t size_ = 0;
};

}  // namespace trivet::hal
