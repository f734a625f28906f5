// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>

namespace trivet::runner {

/// Shows how far a transfer is: on a terminal one line that is rewritten, elsewhere one line per
/// 10 %.
class Progress {
 public:
  using Clock = std::function<std::chrono::milliseconds()>;
  using Sink = std::function<void(std::string_view)>;

  /// `what`: what is on its way. `total`: bytes, not 0. `clock` never goes back.
  Progress(std::string what, std::size_t total, bool is_terminal, Clock clock, Sink sink);

  /// `done` bytes of all have arrived; may go back when something is sent again.
  void Show(std::size_t done);

  /// Ends the line on a terminal.
  void Finish();

 private:
  std::string Text(std::size_t done, std::chrono::milliseconds spent) const;

  std::string what_;
  std::size_t total_;
  bool is_terminal_;
  Clock clock_;
  Sink sink_;
  std::chrono::milliseconds start_;
  std::chrono::milliseconds last_;
  std::size_t shown_tenths_ = 0;
  std::size_t width_ = 0;  ///< of the line on the terminal
};

}  // namespace trivet::runner
