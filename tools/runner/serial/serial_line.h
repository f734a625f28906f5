// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <termios.h>

#include <expected>
#include <memory>
#include <string>
#include <string_view>

#include "tools/runner/serial/line.h"

namespace trivet::runner {

struct SerialPort {
  std::string device;
  int baud = 115200;  ///< bits per second, 10 of which are a byte
};

/// DEVICE or DEVICE@BAUD. The error is one line for the user.
std::expected<SerialPort, std::string> ParseSerialPort(const std::string& text);

/// A terminal device of this host: raw, 8 data bits, no parity, 1 stop bit, no flow control, ours
/// alone. However the run ends, the device then has the settings it had.
class SerialLine : public Line {
 public:
  /// The error is one line: what is wrong with the device. Call WatchSignals() first.
  static OrEnd<std::unique_ptr<SerialLine>> Open(const SerialPort& port);
  ~SerialLine() override;

  OrEnd<std::string> Read(milliseconds wait) override;
  OrEnd<void> Write(std::string_view bytes) override;
  milliseconds Now() const override;
  milliseconds TimeOf(std::size_t bytes) const override;

 private:
  SerialLine(SerialPort port, int file) : port_(std::move(port)), file_(file) {}

  OrEnd<void> Claim();
  OrEnd<void> Configure();
  /// Waits for bytes, or for room when `writing`. True when there is either.
  OrEnd<bool> Wait(bool writing, milliseconds wait);
  /// Moves what has arrived to received_.
  OrEnd<void> Receive();
  Verdict Gone(int error) const;

  SerialPort port_;
  int file_;
  struct termios original_ = {};
  int original_speed_ = 0;  ///< 0: nothing was changed
  bool exclusive_ = false;
  std::string received_;
};

}  // namespace trivet::runner
