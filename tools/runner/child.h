// SPDX-License-Identifier: Apache-2.0 OR MIT
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
    kFinished,     ///< `finished` was true, and it was killed
    kInterrupted,  ///< we killed it because we got signal `value`
    kNotStarted,   ///< it could not be executed; `value` is errno
  };
  Kind kind;
  int value;
};

/// What the parent does with a child's terminal.
struct Terminal {
  /// Gets what the child writes to standard output and standard error, as it comes, and returns
  /// what the child reads next.
  std::function<std::string(std::string_view)> converse;
  bool has_input = false;     ///< false: the child's standard input is at its end from the start
  bool shares_input = false;  ///< The child's standard input is ours; of a terminal, to its end.
  /// True once the child has done all it was started for: it gets 2 s more.
  std::function<bool()> finished = {};
  bool keeps_errors = false;  ///< the child's standard error is ours, and is not conversed about
  /// The child has something to put back: it gets SIGTERM and 5 s before it is killed, also by our
  /// own death.
  bool polite = false;
};

/// Runs `command` (no shell) in a process group of its own, at `terminal`. No timeout: waits as
/// long as it takes. SIGINT, SIGTERM, SIGHUP and SIGQUIT end the whole group, and so does the death
/// of the calling process (Linux). When this returns, no process of the group is left.
ChildEnd RunChild(const std::vector<std::string>& command,
                  std::optional<std::chrono::milliseconds> timeout, const Terminal& terminal);

/// The same for a child that is only listened to.
ChildEnd RunChild(const std::vector<std::string>& command,
                  std::optional<std::chrono::milliseconds> timeout,
                  const std::function<void(std::string_view)>& output);

}  // namespace trivet::runner
