#pragma once

#include <string>
#include <string_view>

#include "tools/runner/child.h"

namespace trivet::runner {

/// What a run must end like.
struct Expectation {
  std::string line;  ///< a whole line of the console; empty: none is needed
  int status = 0;    ///< the guest's
};

/// The line that a passing image prints.
inline constexpr std::string_view kPassLine = "TRIVET-IMAGE: PASS";

/// Looks for a line in a console that arrives in pieces.
class ExpectedLine {
 public:
  explicit ExpectedLine(std::string line) : expected_(std::move(line)) {}
  void Feed(std::string_view text);
  bool seen() const { return seen_; }

 private:
  std::string expected_;
  std::string line_;
  bool seen_ = false;
};

/// The runner's exit status and the line that explains it (empty: nothing to explain).
struct Verdict {
  int status;
  std::string message;
};

inline constexpr int kStatusNotAsExpected = 1;  ///< stopped with 0, but not as expected
inline constexpr int kStatusTimedOut = 124;     ///< as coreutils' timeout
inline constexpr int kStatusNotRun = 125;       ///< bad arguments, missing files
inline constexpr int kStatusSignal = 128;       ///< plus the signal's number

/// The rule: the guest must stop with the expected status, and have printed the expected line.
Verdict Judge(const ChildEnd& end, const Expectation& expected, bool line_seen,
              int timeout_seconds);

}  // namespace trivet::runner
