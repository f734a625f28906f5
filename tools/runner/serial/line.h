// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "tools/runner/status.h"

namespace trivet::runner {

using std::chrono::milliseconds;

/// A byte stream to a board and back, and the clock that time limits on it go by.
class Line {
 public:
  Line() = default;
  virtual ~Line() = default;
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// What has arrived, waiting up to `wait` for the first byte; empty: nothing came. The error ends
  /// the run: the line is gone, or the user stopped us.
  virtual OrEnd<std::string> Read(milliseconds wait) = 0;

  /// Sends all of `bytes`. The error is as Read()'s.
  virtual OrEnd<void> Write(std::string_view bytes) = 0;

  /// Time since some moment in the past; never goes back.
  virtual milliseconds Now() const = 0;

  /// How long so many bytes are on the way, one way.
  virtual milliseconds TimeOf(std::size_t bytes) const = 0;
};

}  // namespace trivet::runner
