// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/verdict.h"

#include <cstring>

namespace trivet::runner {
Verdict JudgeStatus(int status, const Expectation& expected, bool line_seen) {
  std::string message = "the guest stopped with status " + std::to_string(status);
  const int failed = status != 0 ? status : kStatusNotAsExpected;
  if (status != expected.status) {
    if (expected.status != 0) message += ", not " + std::to_string(expected.status) + ",";
    if (line_seen) message += " although it printed '" + expected.line + "'";
    return {failed, message};
  }
  if (!expected.line.empty() && !line_seen) {
    return {failed, message + " but never printed '" + expected.line + "'"};
  }
  return {0, ""};
}

Verdict Judge(const ChildEnd& end, const Expectation& expected, bool line_seen,
              std::optional<int> printed, int timeout_seconds) {
  switch (end.kind) {
    case ChildEnd::Kind::kExited:
      return JudgeStatus(end.value != 0 ? end.value : printed.value_or(0), expected, line_seen);
    case ChildEnd::Kind::kFinished: return JudgeStatus(printed.value_or(0), expected, line_seen);
    case ChildEnd::Kind::kKilled:
      return {kStatusSignal + end.value,
              std::string("QEMU died by signal: ") + strsignal(end.value)};
    case ChildEnd::Kind::kTimedOut:
      return {kStatusTimedOut,
              "guest did not stop within " + std::to_string(timeout_seconds) + "s"};
    case ChildEnd::Kind::kInterrupted:
      return {kStatusSignal + end.value,
              std::string("stopped the guest on signal: ") + strsignal(end.value)};
    case ChildEnd::Kind::kNotStarted:
      return {kStatusNotRun, std::string("QEMU cannot be executed: ") + strerror(end.value)};
  }
  return {kStatusNotRun, "unknown end"};
}

}  // namespace trivet::runner
