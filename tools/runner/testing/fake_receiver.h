// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace trivet::runner::testing {

/// A YMODEM receiver that behaves as U-Boot's does, byte by byte on a clock of the
/// test's. It requests a damaged block again with 'C', not with NAK.
class FakeReceiver {
 public:
  using Put = std::function<void(char)>;

  FakeReceiver(bool crc, Put put, int now_ms);

  void Byte(char byte, int now_ms);
  /// To be called at Deadline() when nothing came.
  void Timeout(int now_ms);
  int Deadline() const { return deadline_; }

  bool ended() const { return ended_; }
  bool failed() const { return failed_; }
  /// What was received, cut to the size that block 0 gave.
  std::string data() const { return size_ ? data_.substr(0, *size_) : data_; }

 private:
  void Packet();
  void Wrong(int now_ms);
  void Restart(int now_ms);
  void End(bool failed);

  bool crc_;
  Put put_;
  int deadline_;
  std::string packet_;
  std::string data_;
  std::optional<std::size_t> size_;
  std::uint8_t next_ = 0;
  int retries_ = 0;
  int cancels_ = 0;
  bool at_end_ = false;
  bool flushing_ = false;
  bool ended_ = false, failed_ = false;
};

}  // namespace trivet::runner::testing
