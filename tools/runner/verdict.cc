#include "tools/runner/verdict.h"

#include <cstring>

namespace trivet::runner {
namespace {

constexpr std::string_view kPass = "TRIVET-IMAGE: PASS";
// No line that matters is longer: a guest that prints no newline costs no memory.
constexpr std::size_t kLongestLine = 256;

Verdict JudgeExit(int status, bool require_pass, bool pass_seen) {
  if (status != 0) {
    std::string message = "the guest stopped with status " + std::to_string(status);
    if (require_pass && pass_seen) message += " although it printed '" + std::string(kPass) + "'";
    return {status, message};
  }
  if (require_pass && !pass_seen) {
    return {kStatusNoPassLine,
            "the guest stopped with status 0 but never printed '" + std::string(kPass) + "'"};
  }
  return {0, ""};
}

}  // namespace

void PassLine::Feed(std::string_view text) {
  for (const char byte : text) {
    if (byte == '\n') {
      seen_ = seen_ || line_ == kPass;
      line_.clear();
    } else if (byte != '\r' && line_.size() < kLongestLine) {
      line_ += byte;
    }
  }
}

Verdict Judge(const ChildEnd& end, bool require_pass, bool pass_seen, int timeout_seconds) {
  switch (end.kind) {
    case ChildEnd::Kind::kExited: return JudgeExit(end.value, require_pass, pass_seen);
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
