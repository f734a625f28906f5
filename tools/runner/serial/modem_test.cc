// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/modem.h"

#include <string>

#include "gtest/gtest.h"
#include "tools/runner/serial/modem_packet.h"
#include "tools/runner/testing/fake_board.h"
#include "tools/runner/testing/fake_line.h"

namespace trivet::runner {
namespace {

using testing::FakeBoard;
using testing::FakeLine;
using testing::FaultRates;

constexpr std::uint64_t kAddress = 0x4040'0000;

std::string Bytes(std::size_t size) {
  std::string bytes;
  for (std::size_t i = 0; i < size; ++i) bytes += static_cast<char>(i * 167 >> 3 ^ i);
  return bytes;
}

void Type(Wire& wire, const std::string& command) { ASSERT_TRUE(wire.Write(command + '\r')); }

OrEnd<Outcome> Send(FakeLine& line, const std::string& data) {
  Wire wire(line);
  Type(wire, "loady 40400000");
  return SendFile(wire, "a.img", data, [](std::size_t) {});
}

TEST(Modem, ChecksAreTheStandards) { EXPECT_EQ(modem::Crc16("123456789"), 0x31c3); }

TEST(Modem, APacketIsAsInTheReference) {
  using namespace modem;
  const std::string packet = Packet(1, "ab", /*crc=*/true, kFill);
  EXPECT_EQ(packet.size(), 3 + 128 + 2u);
  EXPECT_EQ(packet.substr(0, 6), std::string("\x01\x01\xfe\x61\x62\x1a"));
  EXPECT_EQ(Packet(255, Bytes(129), true, kFill).substr(0, 3), std::string("\x02\xff\x00", 3));
  EXPECT_EQ(Packet(2, "ab", /*crc=*/false, '\0').back(), '\xc3');
}

TEST(Modem, FilesOfEverySizeArriveWhole) {
  for (const std::size_t size : {1, 127, 128, 129, 1023, 1024, 1025, 5000, 300'000}) {
    FakeBoard board({});
    FakeLine line(board);
    const auto sent = Send(line, Bytes(size));
    ASSERT_TRUE(sent && sent->done) << size;
    EXPECT_TRUE(board.Memory(kAddress, size) == Bytes(size)) << size;
    // [ymodem] The size is known: nothing is written behind the file.
    EXPECT_EQ(board.Memory(kAddress + size, 1), "\x55");
  }
}

TEST(Modem, AReceiverWithoutCrcGetsSums) {
  FakeBoard board({.missing = {"crc"}});
  FakeLine line(board);
  const auto sent = Send(line, Bytes(1000));
  ASSERT_TRUE(sent && sent->done);
  EXPECT_TRUE(board.Memory(kAddress, 1000) == Bytes(1000));
}

TEST(Modem, ProgressIsOfTheData) {
  FakeBoard board({});
  FakeLine line(board);
  Wire wire(line);
  Type(wire, "loady 40400000");
  std::size_t last = 0;
  const auto sent = SendFile(wire, "a", Bytes(3000), [&](std::size_t done) {
    EXPECT_GT(done, last);
    last = done;
  });
  ASSERT_TRUE(sent && sent->done);
  EXPECT_EQ(last, 3000u);
}

TEST(Modem, NobodyAsksForTheFirstBlock) {
  FakeBoard board({});
  FakeLine line(board);
  Wire wire(line);
  const auto sent = SendFile(wire, "a", "b", [](std::size_t) {});
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->why, "the receiver never requested the first block");
}

// Where blocks of 1024 bytes do not get through, those of 128 do. A lost answer may still lead to a
// wrong file, which the loader finds by its CRC-32.
TEST(Modem, ABadLineGetsShorterBlocks) {
  int right = 0;
  for (std::uint32_t seed = 0; seed < 20; ++seed) {
    FakeBoard board({});
    FakeLine line(board, {.drop = 1, .change = 1, .repeat = 1, .delay = 1}, seed);
    const auto sent = Send(line, Bytes(20'000));
    if (!sent || !sent->done) continue;
    right += board.Memory(kAddress, 20'000) == Bytes(20'000) ? 1 : 0;
  }
  EXPECT_GE(right, 15);
}

/// Answers every packet with the same bytes.
class Parrot : public Line {
 public:
  explicit Parrot(std::string answer) : answer_(std::move(answer)) {}
  OrEnd<std::string> Read(milliseconds wait) override {
    if (waiting_.empty()) now_ += std::max(wait, milliseconds(0));
    return std::exchange(waiting_, {});
  }
  OrEnd<void> Write(std::string_view bytes) override {
    written_ += bytes.size();
    waiting_ = answer_;
    return {};
  }
  milliseconds Now() const override { return now_; }
  milliseconds TimeOf(std::size_t) const override { return milliseconds(1); }
  std::size_t written() const { return written_; }

 private:
  std::string answer_;
  std::string waiting_ = "C";
  milliseconds now_{0};
  std::size_t written_ = 0;
};

TEST(Modem, AReceiverThatNeverTakesABlockEndsTheAttempt) {
  for (const auto& [answer, why] : {std::pair("\x15", "block 0 did not get through"),
                                    {"", "block 0 did not get through"},
                                    {"\x18\x18", "the receiver cancelled"},
                                    {"?", "block 0 did not get through"}}) {
    Parrot line(answer);
    Wire wire(line);
    const auto sent = SendFile(wire, "a", Bytes(200), [](std::size_t) {});
    ASSERT_TRUE(sent);
    EXPECT_EQ(sent->why, why);
    EXPECT_LT(line.written(), 100u * 133);
  }
}

}  // namespace
}  // namespace trivet::runner
