// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/signals.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cerrno>

namespace trivet::runner {
namespace {

constexpr int kWatched[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGCHLD};

// Signals become bytes in a pipe, so that one poll() waits for everything.
int signal_pipe[2] = {-1, -1};

void OnSignal(int signal) {
  const int saved = errno;
  const auto byte = static_cast<unsigned char>(signal);
  [[maybe_unused]] const auto written = write(signal_pipe[1], &byte, 1);
  errno = saved;
}

}  // namespace

void WatchSignals() {
  if (signal_pipe[0] >= 0 || pipe(signal_pipe) != 0) return;
  for (const int end : signal_pipe) {
    fcntl(end, F_SETFD, FD_CLOEXEC);
    fcntl(end, F_SETFL, O_NONBLOCK);
  }
  struct sigaction action = {};
  action.sa_handler = OnSignal;
  for (const int signal : kWatched) sigaction(signal, &action, nullptr);
  // A reader that no longer reads is no reason to die.
  ::signal(SIGPIPE, SIG_IGN);
}

int SignalFile() { return signal_pipe[0]; }

int PendingStop() {
  int stop = 0;
  unsigned char byte;
  while (read(signal_pipe[0], &byte, 1) == 1) {
    if (byte != SIGCHLD) stop = byte;
  }
  return stop;
}

void RestoreSignals() {
  for (const int signal : kWatched) ::signal(signal, SIG_DFL);
  ::signal(SIGPIPE, SIG_DFL);
}

}  // namespace trivet::runner
