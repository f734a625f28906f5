// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "platforms/image_lines.h"

namespace trivet::runner {

/// A console that arrives in pieces, cut into lines: without '\n' and '\r', at most 256 bytes of
/// each, so that a guest that prints no newline costs no memory.
class Lines {
 public:
  using Listener = std::function<void(std::string_view)>;

  explicit Lines(Listener listener) : listener_(std::move(listener)) {}
  void Feed(std::string_view text);
  /// What came after the last newline.
  std::string_view unfinished() const { return line_; }

 private:
  Listener listener_;
  std::string line_;
};

using platforms::kPassLine;

/// The run's status in `TRIVET-IMAGE: STATUS n`, an image's last line: decimal, 0 to 255, nothing
/// before or after it.
std::optional<int> ParseStatusLine(std::string_view line);

/// A console's text, and what it shows about the run.
class Transcript {
 public:
  /// `expected`: the line to look for; empty: none.
  explicit Transcript(std::string expected);
  Transcript(const Transcript&) = delete;
  Transcript& operator=(const Transcript&) = delete;

  void Feed(std::string_view text) { lines_.Feed(text); }

  bool seen() const { return seen_; }                    ///< the expected line
  std::optional<int> status() const { return status_; }  ///< of the first status line
  /// The line by which a boot loader introduces itself, if there was one; else empty.
  const std::string& banner() const { return banner_; }
  /// What a program returned to U-Boot's `go`, its low 8 bits; nothing: it did not.
  std::optional<int> returned() const { return returned_; }
  std::string_view unfinished() const { return lines_.unfinished(); }
  /// The last lines, each behind "  | ", unprintable bytes as dots.
  std::string Tail() const;
  /// The last line that is not empty, unprintable bytes as dots.
  std::string LastLine() const;

 private:
  void Take(std::string_view line);

  std::string expected_;
  Lines lines_;
  bool seen_ = false;
  std::optional<int> status_;
  std::optional<int> returned_;
  std::string banner_;
  std::deque<std::string> last_;
};

}  // namespace trivet::runner
