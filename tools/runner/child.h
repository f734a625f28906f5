#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace trivet::runner {

/// How a program ended.
struct ChildEnd {
  enum class Kind {
    kExited,       ///< by itself, with `value` as its status
    kKilled,       ///< by signal `value` that we did not send
    kTimedOut,     ///< we killed it at the deadline
    kInterrupted,  ///< we killed it because we got signal `value`
    kNotStarted,   ///< it could not be executed; `value` is errno
  };
  Kind kind;
  int value;
};

/// Runs `command` (no shell, no standard input) in a process group of its own and hands what it
/// writes to standard output and standard error to `output` as it comes. No timeout: waits as long
/// as it takes. SIGINT, SIGTERM and SIGHUP end the whole group, and so does the death of the
/// calling process (Linux). When this returns, no process of the group is left.
ChildEnd RunChild(const std::vector<std::string>& command,
                  std::optional<std::chrono::milliseconds> timeout,
                  const std::function<void(std::string_view)>& output);

}  // namespace trivet::runner
