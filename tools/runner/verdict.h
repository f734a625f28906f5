#pragma once

#include <string>
#include <string_view>

#include "tools/runner/child.h"

namespace trivet::runner {

/// Looks for the line that a passing image prints, in a console that arrives in pieces.
class PassLine {
 public:
  void Feed(std::string_view text);
  bool seen() const { return seen_; }

 private:
  std::string line_;
  bool seen_ = false;
};

/// The runner's exit status and the line that explains it (empty: nothing to explain).
struct Verdict {
  int status;
  std::string message;
};

inline constexpr int kStatusNoPassLine = 1;
inline constexpr int kStatusTimedOut = 124;  ///< as coreutils' timeout
inline constexpr int kStatusNotRun = 125;    ///< bad arguments, missing files
inline constexpr int kStatusSignal = 128;    ///< plus the signal's number

/// The rule: the guest's own status counts; 0 is a pass only with the line, where `require_pass`.
Verdict Judge(const ChildEnd& end, bool require_pass, bool pass_seen, int timeout_seconds);

}  // namespace trivet::runner
