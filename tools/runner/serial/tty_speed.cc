// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/tty_speed.h"

#include <cerrno>
#include <cstdlib>

// The kernel's own header: <termios.h> has no arbitrary speeds, and the two exclude each other.
#ifdef __linux__
#include <asm/ioctls.h>
#include <asm/termbits.h>
#include <sys/ioctl.h>
#else
#include <termios.h>
#endif

namespace trivet::runner {
#ifdef __linux__

int GetSpeed(int file) {
  struct termios2 settings = {};
  return ioctl(file, TCGETS2, &settings) == 0 ? static_cast<int>(settings.c_ospeed) : 0;
}

bool SetSpeed(int file, int baud) {
  struct termios2 settings = {};
  if (ioctl(file, TCGETS2, &settings) != 0) return false;
  // The input's speed in its own field, as the output's.
  constexpr unsigned kInputShift = 16;
  settings.c_cflag &= ~(unsigned{CBAUD} | unsigned{CBAUD} << kInputShift);
  settings.c_cflag |= unsigned{BOTHER} | unsigned{BOTHER} << kInputShift;
  settings.c_ispeed = settings.c_ospeed = static_cast<unsigned>(baud);
  if (ioctl(file, TCSETS2, &settings) != 0) return false;
  // A driver that cannot do it takes something else without an error.
  const int got = GetSpeed(file);
  if (std::abs(static_cast<long long>(got) - baud) * 100 <= 3LL * baud) return true;
  errno = EINVAL;
  return false;
}

#else

int GetSpeed(int file) {
  struct termios settings = {};
  return tcgetattr(file, &settings) == 0 ? static_cast<int>(cfgetospeed(&settings)) : 0;
}

// Where speed_t is the number itself, as on the BSDs.
bool SetSpeed(int file, int baud) {
  struct termios settings = {};
  return tcgetattr(file, &settings) == 0 &&
         cfsetispeed(&settings, static_cast<speed_t>(baud)) == 0 &&
         cfsetospeed(&settings, static_cast<speed_t>(baud)) == 0 &&
         tcsetattr(file, TCSANOW, &settings) == 0;
}

#endif
}  // namespace trivet::runner
