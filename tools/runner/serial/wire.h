// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "tools/runner/serial/line.h"

namespace trivet::runner {

/// A line read byte by byte or in pieces, as the protocol on it needs. Whatever arrives is shown to
/// the listener once, when it is taken.
class Wire {
 public:
  using Listener = std::function<void(std::string_view)>;

  explicit Wire(
      Line& line, Listener listener = [](std::string_view) {})
      : line_(line), listener_(std::move(listener)) {}

  /// The next byte, if one comes within `wait`.
  OrEnd<std::optional<char>> Byte(milliseconds wait);

  /// What is there, waiting up to `wait` for the first byte.
  OrEnd<std::string> Text(milliseconds wait);

  /// Everything until nothing has come for `quiet`, but not much longer than `limit`.
  OrEnd<std::string> UntilQuiet(milliseconds quiet, milliseconds limit);

  /// Drops what has arrived so far.
  OrEnd<void> Purge();

  OrEnd<void> Write(std::string_view bytes) { return line_.Write(bytes); }
  milliseconds Now() const { return line_.Now(); }
  milliseconds TimeOf(std::size_t bytes) const { return line_.TimeOf(bytes); }

 private:
  Line& line_;
  Listener listener_;
  std::string waiting_;  ///< arrived and not taken
};

}  // namespace trivet::runner
