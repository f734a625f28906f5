// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/modem.h"

#include <algorithm>
#include <optional>

#include "tools/runner/serial/modem_packet.h"

namespace trivet::runner {
namespace {

using namespace modem;

constexpr milliseconds kStartLimit(15'000);  // receivers ask every few seconds
constexpr milliseconds kSlowestReply(1'500);
constexpr milliseconds kFastestReply(60);
constexpr milliseconds kSettle(20);
constexpr int kTries = 20;
// So many blocks of 128 bytes without a fault, and it is worth trying longer ones again.
constexpr int kGoodShortBlocks = 64;
// What a receiver that lost bytes takes for them; between blocks it is ignored.
constexpr std::string_view kNudge("\xff\xff\xff\xff\xff\xff\xff\xff", 8);
constexpr int kNudges = 3;

enum class Reply { kTaken, kAgain, kCancelled, kNone };

class Sender {
 public:
  Sender(Wire& wire, const OnProgress& progress) : wire_(wire), progress_(progress) {}

  OrEnd<Outcome> Send(std::string_view name, std::string_view data) {
    const auto requested = WaitForReceiver();
    if (!requested || !requested->done) return requested;
    const auto head = Deliver(0, Header(name, data.size()), '\0');
    if (!head || !head->done) return Abandon(head);
    if (const auto ready = wire_.UntilQuiet(kSettle, 10 * kSettle); !ready) {
      return std::unexpected(ready.error());
    }
    const auto blocks = SendBlocks(data);
    if (!blocks || !blocks->done) return Abandon(blocks);
    return End();
  }

 private:
  // [ymodem] 5: the name, a NUL, the size in decimal.
  static std::string Header(std::string_view name, std::size_t size) {
    return std::string(name.substr(0, 64)) + '\0' + std::to_string(size) + ' ';
  }

  OrEnd<Outcome> WaitForReceiver();
  OrEnd<Outcome> SendBlocks(std::string_view data);
  OrEnd<Outcome> Deliver(std::uint8_t number, std::string_view data, char fill);
  OrEnd<Outcome> End();
  OrEnd<Outcome> Abandon(const OrEnd<Outcome>& why);

  OrEnd<Reply> Exchange(const std::string& bytes);
  OrEnd<Reply> Await(milliseconds limit);
  std::size_t BlockSize() const { return short_blocks_ > 0 ? kShort : kLong; }

  Wire& wire_;
  const OnProgress& progress_;
  bool crc_ = true;
  int short_blocks_ = 0;           ///< how many are to come before long ones are tried
  milliseconds slowest_reply_{0};  ///< of the last few
  std::string before_;             ///< the packet before the one being sent
};

// A letter is a request only if it repeats or silence follows; otherwise it is the end of earlier
// text.
OrEnd<Outcome> Sender::WaitForReceiver() {
  const milliseconds end = wire_.Now() + kStartLimit;
  int cancels = 0;
  while (wire_.Now() < end) {
    const auto byte = wire_.Byte(end - wire_.Now());
    if (!byte) return std::unexpected(byte.error());
    if (!*byte) continue;
    cancels = **byte == kCancel ? cancels + 1 : 0;
    if (cancels == 2) return Outcome{false, "the receiver cancelled"};
    if (**byte != kWantCrc && **byte != kNak) continue;
    const auto rest = wire_.UntilQuiet(kSettle, 2 * kSettle);
    if (!rest) return std::unexpected(rest.error());
    if (rest->find_first_not_of(**byte) != rest->npos) continue;
    crc_ = **byte == kWantCrc;
    return Outcome{.done = true, .why = {}};
  }
  return Outcome{false, "the receiver never requested the first block"};
}

OrEnd<Outcome> Sender::SendBlocks(std::string_view data) {
  std::uint8_t number = 1;
  for (std::size_t at = 0; at < data.size();) {
    const int shorts = short_blocks_;
    const std::string_view block = data.substr(at, BlockSize());
    const auto sent = Deliver(number, block, kFill);
    if (!sent) return sent;
    const bool cut = shorts == 0 && short_blocks_ > 0;
    if (!sent->done && !cut) return sent;
    if (!sent->done) continue;
    if (short_blocks_ > 0) --short_blocks_;
    ++number;
    at += block.size();
    progress_(at);
  }
  return Outcome{.done = true, .why = {}};
}

// A receiver that is one block behind, since noise was taken for its reply, refuses all that
// follows: from time to time the block before is sent again, which a receiver that has it just
// acknowledges.
OrEnd<Outcome> Sender::Deliver(std::uint8_t number, std::string_view data, char fill) {
  constexpr int kStepBackEvery = 4;
  const std::string packet = Packet(number, data, crc_, fill);
  int refused = 0;
  for (int i = 1; i <= kTries; ++i) {
    const bool back = i % kStepBackEvery == 0 && !before_.empty();
    const auto reply = Exchange(back ? before_ : packet);
    if (!reply) return std::unexpected(reply.error());
    if (*reply == Reply::kCancelled) return Outcome{false, "the receiver cancelled"};
    if (*reply == Reply::kTaken && !back) {
      before_ = packet;
      return Outcome{.done = true, .why = {}};
    }
    if (*reply == Reply::kTaken) continue;
    // Refused, each time by a reply: it does not have the block, so another block may have this
    // number.
    refused = *reply == Reply::kAgain && refused >= 0 ? refused + 1 : -1;
    if (data.size() > kShort && refused == 2) {
      short_blocks_ = kGoodShortBlocks;
      return Outcome{false, "blocks of 1024 bytes do not get through"};
    }
    if (short_blocks_ > 0) short_blocks_ = kGoodShortBlocks;
  }
  return Outcome{false, "block " + std::to_string(number) + " did not get through"};
}

OrEnd<Outcome> Sender::End() {
  before_.clear();
  Reply reply = Reply::kNone;
  for (int i = 0; i < kTries / 2 && reply != Reply::kTaken; ++i) {
    const auto answer = Exchange(std::string(1, kEnd));
    if (!answer) return std::unexpected(answer.error());
    reply = *answer;
  }
  if (reply != Reply::kTaken) return Outcome{false, "the receiver did not take the end"};
  // [ymodem] 5: a block 0 without a name ends the session. The file is there whether or not it gets
  // through.
  const auto settled = wire_.UntilQuiet(kSettle, 10 * kSettle);
  if (!settled) return std::unexpected(settled.error());
  for (int i = 0; i < 3; ++i) {
    const auto last = Exchange(Packet(0, "", crc_, '\0'));
    if (!last) return std::unexpected(last.error());
    if (*last == Reply::kTaken) break;
  }
  return Outcome{.done = true, .why = {}};
}

/// Cancels a receiver that still waits.
OrEnd<Outcome> Sender::Abandon(const OrEnd<Outcome>& why) {
  if (!why) return why;
  const auto cancelled = wire_.Write(std::string(8, kCancel));
  if (!cancelled) return std::unexpected(cancelled.error());
  const auto settled = wire_.UntilQuiet(5 * kSettle, 50 * kSettle);
  if (!settled) return std::unexpected(settled.error());
  return why;
}

/// Sends a packet and waits for the reply. Earlier replies are dropped.
OrEnd<Reply> Sender::Exchange(const std::string& bytes) {
  if (const auto purged = wire_.Purge(); !purged) return std::unexpected(purged.error());
  const milliseconds start = wire_.Now();
  if (const auto sent = wire_.Write(bytes); !sent) return std::unexpected(sent.error());
  const milliseconds usual = slowest_reply_ == milliseconds(0)
                                 ? kSlowestReply
                                 : std::clamp(4 * slowest_reply_, kFastestReply, kSlowestReply);
  auto reply = Await(usual + wire_.TimeOf(bytes.size()));
  if (reply && *reply == Reply::kTaken) {
    slowest_reply_ = std::max({slowest_reply_ * 7 / 8, milliseconds(1),
                               wire_.Now() - start - wire_.TimeOf(bytes.size())});
  }
  for (int i = 0; i < kNudges && reply && *reply == Reply::kNone; ++i) {
    if (const auto sent = wire_.Write(kNudge); !sent) return std::unexpected(sent.error());
    reply = Await(usual);
  }
  const bool faulty = reply && *reply != Reply::kTaken;
  if (!faulty) return reply;
  const auto settled = wire_.UntilQuiet(kSettle, 10 * kSettle);
  return settled ? reply : OrEnd<Reply>(std::unexpected(settled.error()));
}

OrEnd<Reply> Sender::Await(milliseconds limit) {
  const milliseconds end = wire_.Now() + limit;
  int cancels = 0;
  while (wire_.Now() < end) {
    const auto byte = wire_.Byte(end - wire_.Now());
    if (!byte) return std::unexpected(byte.error());
    if (!*byte) continue;
    if (**byte == kAck) return Reply::kTaken;
    // A receiver with CRC may ask with its letter where others say NAK.
    if (**byte == kNak || **byte == kWantCrc) return Reply::kAgain;
    cancels = **byte == kCancel ? cancels + 1 : 0;
    if (cancels == 2) return Reply::kCancelled;
  }
  return Reply::kNone;
}

}  // namespace

OrEnd<Outcome> SendFile(Wire& wire, std::string_view name, std::string_view data,
                        const OnProgress& progress) {
  return Sender(wire, progress).Send(name, data);
}

}  // namespace trivet::runner
