// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/testing/fake_receiver.h"

#include <cstdlib>

#include "tools/runner/serial/modem_packet.h"

namespace trivet::runner::testing {
namespace {

using namespace modem;

constexpr int kByteTimeoutMs = 2000;
constexpr int kRetries = 20;
constexpr std::size_t kHead = 3;

}  // namespace

FakeReceiver::FakeReceiver(bool crc, Put put, int now_ms)
    : crc_(crc), put_(std::move(put)), deadline_(now_ms + kByteTimeoutMs) {
  put_(crc_ ? kWantCrc : kNak);
}

void FakeReceiver::End(bool failed) {
  ended_ = true;
  failed_ = failed;
}

void FakeReceiver::Restart(int now_ms) {
  packet_.clear();
  deadline_ = now_ms + kByteTimeoutMs;
}

void FakeReceiver::Wrong(int now_ms) {
  Restart(now_ms);
  if (++retries_ >= kRetries) return End(/*failed=*/true);
  put_(crc_ ? kWantCrc : kNak);
}

// Before a new request the line must be silent for as long; bytes until then are dropped.
void FakeReceiver::Timeout(int now_ms) {
  flushing_ = !flushing_;
  if (flushing_) return Restart(now_ms);
  // The session is not closed, but the file is complete.
  if (at_end_) return End(/*failed=*/false);
  Wrong(now_ms);
}

void FakeReceiver::Byte(char byte, int now_ms) {
  deadline_ = now_ms + kByteTimeoutMs;
  if (flushing_) return;
  if (packet_.empty()) {
    cancels_ = byte == kCancel ? cancels_ + 1 : 0;
    if (cancels_ == 2) return End(/*failed=*/!at_end_);
    if (byte == 0x03) return End(/*failed=*/!at_end_);
    if (byte == kEnd && !at_end_) {
      put_(kAck);
      at_end_ = true;
      put_(kWantCrc);
      return;
    }
    if (byte != kStartOf128 && byte != kStartOf1024) return;
  }
  packet_ += byte;
  const std::size_t body = packet_[0] == kStartOf1024 ? kLong : kShort;
  if (packet_.size() < kHead + body + (crc_ ? 2 : 1)) return;
  const bool numbered = static_cast<std::uint8_t>(packet_[1] + packet_[2]) == 0xff;
  const auto number = static_cast<std::uint8_t>(packet_[1]);
  const bool right =
      numbered && modem::Packet(number, packet_.substr(kHead, body), crc_, '\0') == packet_;
  if (!right) return Wrong(now_ms);
  if (at_end_) {
    put_(kAck);
    return End(/*failed=*/false);
  }
  if (number == next_) return Packet();
  if (number == static_cast<std::uint8_t>(next_ - 1)) {
    put_(kAck);
    return Restart(now_ms);
  }
  Wrong(now_ms);
}

void FakeReceiver::Packet() {
  const std::string body = packet_.substr(kHead, packet_[0] == kStartOf1024 ? kLong : kShort);
  const bool header = !size_;
  if (header) {
    size_ = std::strtoul(body.c_str() + body.find('\0') + 1, nullptr, 10);
  } else {
    data_ += body;
  }
  packet_.clear();
  retries_ = 0;
  ++next_;
  put_(kAck);
  if (header) put_(kWantCrc);
}

}  // namespace trivet::runner::testing
