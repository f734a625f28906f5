// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/serial_line.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <utility>

#include "tools/runner/serial/tty_speed.h"
#include "tools/runner/signals.h"

namespace trivet::runner {
namespace {

// A line that takes no byte for so long is stuck.
constexpr milliseconds kStuck(20'000);
constexpr int kSlowest = 50;
constexpr int kFastest = 50'000'000;

void MakeRaw(struct termios& settings) {
  settings.c_iflag = 0;
  settings.c_oflag = 0;
  settings.c_lflag = 0;
  settings.c_cflag &= ~static_cast<tcflag_t>(CSIZE | PARENB | CSTOPB | HUPCL);
#ifdef CRTSCTS
  settings.c_cflag &= ~static_cast<tcflag_t>(CRTSCTS);
#endif
  settings.c_cflag |= CS8 | CREAD | CLOCAL;
  settings.c_cc[VMIN] = 1;
  settings.c_cc[VTIME] = 0;
}

std::string WhyNotOpened(const std::string& device, int error) {
  const std::string name = "'" + device + "'";
  if (error == ENOENT) return "no serial device at " + name;
  if (error == EBUSY) return name + " is in use by another program";
  if (error == EACCES) {
    return "no permission for " + name + ": be in the group that owns it (often dialout)";
  }
  return "cannot open " + name + ": " + strerror(error);
}

}  // namespace

std::expected<SerialPort, std::string> ParseSerialPort(const std::string& text) {
  SerialPort port = {.device = text};
  const std::size_t at = text.rfind('@');
  const bool has_baud =
      at != text.npos && text.find_first_not_of("0123456789", at + 1) == text.npos;
  if (has_baud) {
    port.device = text.substr(0, at);
    const auto parsed = std::from_chars(text.data() + at + 1, text.data() + text.size(), port.baud);
    if (parsed.ec != std::errc() || port.baud < kSlowest || port.baud > kFastest) {
      return std::unexpected("--serial: '" + text.substr(at + 1) + "' is no speed in bit/s");
    }
  }
  if (port.device.empty()) return std::unexpected("--serial needs DEVICE or DEVICE@BAUD");
  return port;
}

OrEnd<std::unique_ptr<SerialLine>> SerialLine::Open(const SerialPort& port) {
  // Without O_NONBLOCK a device that waits for a carrier does not open.
  const int file = open(port.device.c_str(), O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);
  if (file < 0) return NotRun(WhyNotOpened(port.device, errno));
  std::unique_ptr<SerialLine> line(new SerialLine(port, file));
  if (isatty(file) == 0) return NotRun("'" + port.device + "' is no serial device");
  if (const auto claimed = line->Claim(); !claimed) return std::unexpected(claimed.error());
  if (const auto set = line->Configure(); !set) return std::unexpected(set.error());
  return line;
}

SerialLine::~SerialLine() {
  if (original_speed_ != 0) {
    tcsetattr(file_, TCSANOW, &original_);
    SetSpeed(file_, original_speed_);
    // The speed above is by number; these are the very bits again.
    tcsetattr(file_, TCSANOW, &original_);
  }
  if (exclusive_) ioctl(file_, TIOCNXCL);
  close(file_);
}

// The lock is for programs that look at it, the ioctl for those that do not.
OrEnd<void> SerialLine::Claim() {
  if (flock(file_, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    return NotRun(WhyNotOpened(port_.device, EBUSY));
  }
  exclusive_ = ioctl(file_, TIOCEXCL) == 0;
  return {};
}

OrEnd<void> SerialLine::Configure() {
  if (tcgetattr(file_, &original_) != 0) return std::unexpected(Gone(errno));
  original_speed_ = GetSpeed(file_);
  if (original_speed_ == 0) original_speed_ = port_.baud;
  struct termios settings = original_;
  MakeRaw(settings);
  if (tcsetattr(file_, TCSANOW, &settings) != 0) return std::unexpected(Gone(errno));
  if (!SetSpeed(file_, port_.baud)) {
    return NotRun("'" + port_.device + "' cannot do " + std::to_string(port_.baud) + " bit/s");
  }
  tcflush(file_, TCIFLUSH);
  return {};
}

OrEnd<bool> SerialLine::Wait(bool writing, milliseconds wait) {
  const milliseconds end = Now() + wait;
  for (;;) {
    const auto left = std::max(end - Now(), milliseconds(0));
    const auto wanted = static_cast<short>(writing ? POLLIN | POLLOUT : POLLIN);
    pollfd events[] = {{file_, wanted, 0}, {SignalFile(), POLLIN, 0}};
    const int ready = poll(events, 2, static_cast<int>(left.count()));
    if (const int signal = PendingStop(); signal != 0) {
      return std::unexpected(
          Verdict{kStatusSignal + signal, std::string("stopped on signal: ") + strsignal(signal)});
    }
    if (ready > 0 && events[0].revents != 0) return true;
    if (ready == 0) return false;
    if (ready < 0 && errno != EINTR) return std::unexpected(Gone(errno));
  }
}

OrEnd<void> SerialLine::Receive() {
  std::array<char, 4096> buffer;
  const auto size = read(file_, buffer.data(), buffer.size());
  if (size > 0) {
    received_.append(buffer.data(), static_cast<std::size_t>(size));
    return {};
  }
  const bool nothing = size < 0 && (errno == EAGAIN || errno == EINTR);
  return nothing ? OrEnd<void>() : std::unexpected(Gone(size == 0 ? ENODEV : errno));
}

OrEnd<std::string> SerialLine::Read(milliseconds wait) {
  if (received_.empty()) {
    const auto ready = Wait(/*writing=*/false, wait);
    if (!ready) return std::unexpected(ready.error());
    if (*ready) {
      if (const auto got = Receive(); !got) return std::unexpected(got.error());
    }
  }
  return std::exchange(received_, {});
}

// Reads meanwhile: a board that cannot get rid of its echo takes nothing more.
OrEnd<void> SerialLine::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto ready = Wait(/*writing=*/true, kStuck);
    if (!ready) return std::unexpected(ready.error());
    if (!*ready) return NotRun("'" + port_.device + "' takes no more bytes");
    if (const auto got = Receive(); !got) return std::unexpected(got.error());
    const auto written = write(file_, bytes.data(), bytes.size());
    if (written > 0) bytes.remove_prefix(static_cast<std::size_t>(written));
    if (written < 0 && errno != EAGAIN && errno != EINTR) return std::unexpected(Gone(errno));
  }
  return {};
}

milliseconds SerialLine::Now() const {
  return std::chrono::duration_cast<milliseconds>(
      std::chrono::steady_clock::now().time_since_epoch());
}

milliseconds SerialLine::TimeOf(std::size_t bytes) const {
  constexpr long long kBitsPerByte = 10;
  return milliseconds(static_cast<long long>(bytes) * kBitsPerByte * 1000 / port_.baud);
}

Verdict SerialLine::Gone(int error) const {
  const bool unplugged = error == EIO || error == ENODEV || error == ENXIO;
  return {kStatusNotRun,
          "'" + port_.device + "' " +
              (unplugged ? "was unplugged or hung up" : std::string("failed: ") + strerror(error))};
}

}  // namespace trivet::runner
