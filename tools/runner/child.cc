// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>

#include "tools/runner/signals.h"

namespace trivet::runner {
namespace {

using Clock = std::chrono::steady_clock;

// How long a polite child has after SIGTERM, and a finished one to stop.
constexpr auto kTerminateTimeout = std::chrono::seconds(5);
constexpr auto kGrace = std::chrono::seconds(2);
constexpr int kMillisecondsBetweenLooks = 10;

bool OpenPipe(int (&ends)[2]) {
  if (pipe(ends) != 0) return false;
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
}

/// The child's standard input: ours, /dev/null, or a pipe whose other end is for us.
bool OpenInput(const Terminal& terminal, int (&ends)[2]) {
  if (terminal.shares_input) return (ends[0] = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 3)) >= 0;
  if (terminal.has_input) return OpenPipe(ends);
  ends[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return ends[0] >= 0;
}

/// Makes this process's group the one that may read the terminal, if standard input is one.
void TakeTerminal() {
  const auto before = signal(SIGTTOU, SIG_IGN);  // Which stops a group in the background.
  tcsetpgrp(STDIN_FILENO, getpgrp());
  signal(SIGTTOU, before);
}

/// While a child has our terminal: what it may leave otherwise is put back.
class LentTerminal {
 public:
  explicit LentTerminal(bool lent) : lent_(lent && tcgetattr(STDIN_FILENO, &settings_) == 0) {}
  ~LentTerminal() {
    if (!lent_) return;
    TakeTerminal();
    tcsetattr(STDIN_FILENO, TCSANOW, &settings_);
  }
  LentTerminal(const LentTerminal&) = delete;
  LentTerminal& operator=(const LentTerminal&) = delete;

 private:
  termios settings_ = {};
  const bool lent_;
};

/// In the child: never returns. Failure to execute is reported through `failure`.
[[noreturn]] void Execute(const std::vector<std::string>& command, const Terminal& terminal,
                          int input, int output, int failure, pid_t parent) {
  setpgid(0, 0);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, terminal.polite ? SIGTERM : SIGKILL);
  if (getppid() != parent) _exit(1);
#else
  static_cast<void>(parent);
#endif
  RestoreSignals();
  if (terminal.shares_input) TakeTerminal();
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  if (!terminal.keeps_errors) dup2(output, STDERR_FILENO);
  std::vector<char*> arguments;
  arguments.reserve(command.size() + 1);
  for (const std::string& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  execv(arguments[0], arguments.data());
  const int error = errno;
  [[maybe_unused]] const auto written = write(failure, &error, sizeof(error));
  _exit(127);
}

/// One running child and the pipes that are its terminal.
class Child {
 public:
  /// Forks. After a failure Error() is the reason and nothing runs.
  Child(const std::vector<std::string>& command, const Terminal& terminal) : terminal_(terminal) {
    int input[2] = {-1, -1};
    int output[2];
    int failure[2];
    if (!OpenInput(terminal, input) || !OpenPipe(output) || !OpenPipe(failure)) {
      error_ = errno;
      return;
    }
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) Execute(command, terminal, input[0], output[1], failure[1], parent);
    close(input[0]);
    close(output[1]);
    close(failure[1]);
    input_ = input[1];
    output_ = output[0];
    setpgid(pid_, pid_);
    if (pid_ < 0 || read(failure[0], &error_, sizeof(error_)) > 0) Reap(0);
    close(failure[0]);
  }

  ~Child() {
    Kill();
    for (const int end : {input_, output_}) {
      if (end >= 0) close(end);
    }
  }
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  int Error() const { return error_; }
  int output() const { return output_; }
  int status() const { return status_; }

  /// True once the child has ended; then status() is its wait status.
  bool Ended() { return ended_ || Reap(WNOHANG); }

  /// Ends the whole group, also what the child may have left behind. A polite child gets SIGTERM
  /// first.
  void Kill() {
    if (pid_ <= 0) return;
    if (terminal_.polite && !ended_) Ask();
    kill(-pid_, SIGKILL);
    if (!ended_) Reap(0);
    pid_ = -1;
  }

  /// Converses about what can be read without waiting. False at the end of the output.
  bool Drain() {
    std::array<char, 65536> buffer;
    pollfd ready = {output_, POLLIN, 0};
    while (poll(&ready, 1, 0) > 0) {
      const auto size = read(output_, buffer.data(), buffer.size());
      if (size <= 0) return false;
      Type(terminal_.converse({buffer.data(), static_cast<std::size_t>(size)}));
    }
    return true;
  }

 private:
  bool Reap(int flags) {
    if (pid_ > 0) ended_ = waitpid(pid_, &status_, flags) == pid_;
    return ended_;
  }

  void Ask() {
    kill(-pid_, SIGTERM);
    const auto deadline = Clock::now() + kTerminateTimeout;
    while (Clock::now() < deadline && !Ended()) {
      pollfd output = {output_, POLLIN, 0};
      poll(&output, 1, kMillisecondsBetweenLooks);
      if (!Drain()) usleep(1000 * kMillisecondsBetweenLooks);
    }
  }

  void Type(std::string_view text) const {
    while (!text.empty()) {
      const auto written = write(input_, text.data(), text.size());
      if (written <= 0) return;
      text.remove_prefix(static_cast<std::size_t>(written));
    }
  }

  const Terminal& terminal_;
  pid_t pid_ = -1;
  int input_ = -1;
  int output_ = -1;
  int error_ = 0;
  int status_ = 0;
  bool ended_ = false;
};

/// What a finished child still may do with its console open before it is ended.
class Grace {
 public:
  void Start() {
    if (!end_) end_ = Clock::now() + kGrace;
  }
  bool Over() const { return end_ && Clock::now() >= *end_; }
  /// The earlier of its end and `deadline`.
  std::optional<Clock::time_point> Before(std::optional<Clock::time_point> deadline) const {
    if (!end_ || (deadline && *deadline < *end_)) return deadline;
    return end_;
  }

 private:
  std::optional<Clock::time_point> end_;
};

int MillisecondsUntil(std::optional<Clock::time_point> deadline) {
  if (!deadline) return -1;
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(*deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, 1'000'000));
}

ChildEnd Describe(int wait_status) {
  if (WIFSIGNALED(wait_status)) return {ChildEnd::Kind::kKilled, WTERMSIG(wait_status)};
  return {ChildEnd::Kind::kExited, WEXITSTATUS(wait_status)};
}

}  // namespace

ChildEnd RunChild(const std::vector<std::string>& command,
                  std::optional<std::chrono::milliseconds> timeout, const Terminal& terminal) {
  WatchSignals();
  std::optional<Clock::time_point> deadline;
  if (timeout) deadline = Clock::now() + *timeout;
  const LentTerminal lent(terminal.shares_input);
  Child child(command, terminal);
  if (child.Error() != 0) return {ChildEnd::Kind::kNotStarted, child.Error()};

  bool open = true;
  Grace grace;
  while (!child.Ended()) {
    pollfd events[] = {{SignalFile(), POLLIN, 0}, {open ? child.output() : -1, POLLIN, 0}};
    poll(events, 2, MillisecondsUntil(grace.Before(deadline)));
    if (open) open = child.Drain();
    if (terminal.finished && terminal.finished()) grace.Start();
    if (const int signal = PendingStop(); signal != 0) {
      child.Kill();
      return {ChildEnd::Kind::kInterrupted, signal};
    }
    if (grace.Over()) {
      child.Kill();
      child.Drain();
      return {ChildEnd::Kind::kFinished, 0};
    }
    if (deadline && Clock::now() >= *deadline) {
      child.Kill();
      child.Drain();
      return {ChildEnd::Kind::kTimedOut, 0};
    }
  }
  const ChildEnd end = Describe(child.status());
  child.Kill();
  child.Drain();
  return end;
}

ChildEnd RunChild(const std::vector<std::string>& command,
                  std::optional<std::chrono::milliseconds> timeout,
                  const std::function<void(std::string_view)>& output) {
  return RunChild(command, timeout, Terminal{.converse = [&output](std::string_view text) {
                    output(text);
                    return std::string();
                  }});
}

}  // namespace trivet::runner
