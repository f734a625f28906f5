// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/target_run.h"

#include <sys/wait.h>

#include <cstdio>
#include <string_view>

#include "sim/pe/violation.h"

namespace trivet::lab::board {
namespace {

std::string Quote(std::string_view word) {
  std::string quoted = "'";
  for (const char c : word) quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

}  // namespace

Run RunTarget(const std::string& target, const std::vector<std::string>& words) {
  std::string command = Quote(target);
  for (const std::string& word : words) command += " " + Quote(word);
  std::FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) throw sim::Violation("cannot start " + target);
  Run run;
  char block[4096];
  for (std::size_t n; (n = std::fread(block, 1, sizeof block, pipe)) > 0;)
    run.console.append(block, n);
  const int status = pclose(pipe);
  run.failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;
  return run;
}

std::string FailureOf(const Run& run) {
  constexpr std::size_t kShown = 2000;
  const std::size_t size = run.console.size();
  return "the run on the target failed; its console ended with:\n" +
         run.console.substr(size > kShown ? size - kShown : 0);
}

}  // namespace trivet::lab::board
