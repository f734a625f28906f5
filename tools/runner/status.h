// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <string>

namespace trivet::runner {

/// The runner's exit status and the line that explains it (empty: nothing to explain).
struct Verdict {
  int status;
  std::string message;
  std::string tail = {};  ///< lines of the console to show before it, each with its newline
};

/// A value, or why the run ends here.
template <typename T>
using OrEnd = std::expected<T, Verdict>;

inline constexpr int kStatusNotAsExpected = 1;  ///< stopped with 0, but not as expected
inline constexpr int kStatusTimedOut = 124;     ///< as coreutils' timeout
inline constexpr int kStatusCutOff = 126;       ///< the board restarted, or its loader came back
inline constexpr int kStatusNotRun = 125;  ///< bad arguments, missing files, an image not loaded
inline constexpr int kStatusSignal = 128;  ///< plus the signal's number

/// The end of a run that did not start the image.
inline std::unexpected<Verdict> NotRun(std::string message) {
  return std::unexpected(Verdict{kStatusNotRun, std::move(message)});
}

}  // namespace trivet::runner
