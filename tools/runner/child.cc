#include "tools/runner/child.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

#include <algorithm>
#include <array>
#include <cerrno>

namespace trivet::runner {
namespace {

using Clock = std::chrono::steady_clock;

// Signals become bytes in a pipe, so that one poll() waits for everything.
int signal_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(signal);
  [[maybe_unused]] const auto written = write(signal_pipe[1], &byte, 1);
  errno = saved;
}

bool OpenPipe(int (&ends)[2]) {
  if (pipe(ends) != 0) return false;
  for (const int end : ends) fcntl(end, F_SETFD, FD_CLOEXEC);
  return true;
}

void WatchSignals() {
  if (!OpenPipe(signal_pipe)) return;
  for (const int end : signal_pipe) fcntl(end, F_SETFL, O_NONBLOCK);
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD}) sigaction(signal, &action, nullptr);
  // A child that no longer reads what is typed is no reason to die.
  ::signal(SIGPIPE, SIG_IGN);
}

/// The child's standard input: /dev/null, or a pipe whose other end is for us.
bool OpenInput(bool has_input, int (&ends)[2]) {
  if (has_input) return OpenPipe(ends);
  ends[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
  return ends[0] >= 0;
}

/// In the child: never returns. Failure to execute is reported through `failure`.
[[noreturn]] void Execute(const std::vector<std::string>& command, int input, int output,
                          int failure, pid_t parent) {
  setpgid(0, 0);
#ifdef __linux__
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(1);
#else
  static_cast<void>(parent);
#endif
  for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGCHLD, SIGPIPE}) ::signal(signal, SIG_DFL);
  dup2(input, STDIN_FILENO);
  dup2(output, STDOUT_FILENO);
  dup2(output, STDERR_FILENO);
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
  /// Forks. After a failure Error() says why and nothing runs.
  Child(const std::vector<std::string>& command, const Terminal& terminal) : terminal_(terminal) {
    int input[2] = {-1, -1};
    int output[2];
    int failure[2];
    if (!OpenInput(terminal.has_input, input) || !OpenPipe(output) || !OpenPipe(failure)) {
      error_ = errno;
      return;
    }
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ == 0) Execute(command, input[0], output[1], failure[1], parent);
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

  /// Ends the whole group, also what the child may have left behind.
  void Kill() {
    if (pid_ <= 0) return;
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

/// The signal that asks us to stop, or 0. Empties the pipe.
int PendingStop() {
  int stop = 0;
  unsigned char byte;
  while (read(signal_pipe[0], &byte, 1) == 1) {
    if (byte != SIGCHLD) stop = byte;
  }
  return stop;
}

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
  Child child(command, terminal);
  if (child.Error() != 0) return {ChildEnd::Kind::kNotStarted, child.Error()};

  bool open = true;
  while (!child.Ended()) {
    pollfd events[] = {{signal_pipe[0], POLLIN, 0}, {open ? child.output() : -1, POLLIN, 0}};
    poll(events, 2, MillisecondsUntil(deadline));
    if (open) open = child.Drain();
    if (const int signal = PendingStop(); signal != 0) {
      child.Kill();
      return {ChildEnd::Kind::kInterrupted, signal};
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
  return RunChild(command, timeout, {.converse = [&output](std::string_view text) {
                    output(text);
                    return std::string();
                  }});
}

}  // namespace trivet::runner
