// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/testing/pty.h"

#include <fcntl.h>
#include <stdlib.h>
#include <termios.h>
#include <unistd.h>

#include <cstdio>

namespace trivet::runner::testing {

Pty::Pty() : master_(posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC)) {
  if (master_ < 0 || grantpt(master_) != 0 || unlockpt(master_) != 0) {
    std::perror("pseudo-terminal");
    std::abort();
  }
  device_ = ptsname(master_);
  kept_ = open(device_.c_str(), O_RDWR | O_NOCTTY | O_CLOEXEC);
  // A device that no program has opened would echo the board's output.
  struct termios settings;
  tcgetattr(kept_, &settings);
  settings.c_lflag &= ~static_cast<tcflag_t>(ECHO);
  tcsetattr(kept_, TCSANOW, &settings);
}

Pty::~Pty() { Unplug(); }

void Pty::Unplug() {
  if (master_ < 0) return;
  close(kept_);
  close(master_);
  master_ = -1;
}

}  // namespace trivet::runner::testing
