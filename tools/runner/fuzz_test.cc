// SPDX-License-Identifier: Apache-2.0 OR MIT
// Random bytes into everything that parses what a board, an emulator or a user says. Wrong is what
// a sanitizer finds, an exception, and a wait without an end.

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "tools/runner/console.h"
#include "tools/runner/gdb.h"
#include "tools/runner/options.h"
#include "tools/runner/serial/load.h"
#include "tools/runner/serial/modem.h"
#include "tools/runner/serial/serial_line.h"
#include "tools/runner/serial/start.h"
#include "tools/runner/serial/u_boot.h"
#include "tools/runner/serial/watch.h"

namespace trivet::runner {
namespace {

constexpr int kRounds = 3000;

/// Random text that is often made of pieces which mean something.
class Text {
 public:
  explicit Text(std::uint32_t seed) : random_(seed) {}

  std::string Next(std::size_t most) {
    std::string text;
    const std::size_t size = random_() % most;
    while (text.size() < size) {
      if (random_() % 3 == 0) {
        text += static_cast<char>(random_());
      } else {
        text += kPieces[random_() % std::size(kPieces)];
      }
    }
    return text;
  }
  std::uint32_t Number() { return random_(); }

 private:
  static constexpr std::string_view kPieces[] = {"\x06",
                                                 "\x15",
                                                 "C",
                                                 "\x18",
                                                 "\x18\x18",
                                                 "\n",
                                                 "\r",
                                                 "=> ",
                                                 "\n=> ",
                                                 "TRIVET-IMAGE: STATUS ",
                                                 "0",
                                                 "255",
                                                 "99999999999999999999",
                                                 "TRIVET-IMAGE: PASS",
                                                 "U-Boot 2",
                                                 " for ",
                                                 " ... ",
                                                 " ==> ",
                                                 "0x",
                                                 "ffffffff",
                                                 "## Application terminated, rc = 0x",
                                                 "echo trivet-1",
                                                 "trivet-1",
                                                 "--serial",
                                                 "--serial=",
                                                 "@",
                                                 "--out",
                                                 "--",
                                                 "--address=",
                                                 "--wait=",
                                                 "addr=",
                                                 "name=\"",
                                                 "x\"",
                                                 "Unknown command",
                                                 " - ",
                                                 "kernel_addr_r=",
                                                 "40400000",
                                                 "\x1b[0m",
                                                 " "};
  std::mt19937 random_;
};

TEST(Fuzz, Consoles) {
  Text text(1);
  for (int i = 0; i < kRounds; ++i) {
    Transcript transcript(std::string{kPassLine});
    for (int k = 0; k < 5; ++k) transcript.Feed(text.Next(200));
    static_cast<void>(transcript.Tail() + transcript.LastLine());
    const auto status = transcript.status();
    EXPECT_TRUE(!status || (*status >= 0 && *status <= 255));
    static_cast<void>(ParseStatusLine("TRIVET-IMAGE: STATUS " + text.Next(8)));
  }
}

TEST(Fuzz, Answers) {
  Text text(2);
  for (int i = 0; i < kRounds; ++i) {
    static_cast<void>(ParseCrc32(text.Next(120), text.Number(), text.Number()));
    static_cast<void>(ParseHex(text.Next(20)));
    static_cast<void>(ParseSerialPort(text.Next(30)));
    static_cast<void>(ParseLoadAddress(text.Next(100), "x"));
  }
}

TEST(Fuzz, Options) {
  Text text(3);
  for (int i = 0; i < kRounds; ++i) {
    std::vector<std::string> words;
    for (int k = 0; k < 4; ++k) words.push_back(text.Next(30));
    Options options;
    const auto parsed = ParseUserOptions(words, options);
    if (!parsed) EXPECT_NE(parsed.error(), "");
    static_cast<void>(BootArguments(words));
  }
}

/// A board that answers nonsense, more or less of it, to whatever comes.
class Babbler : public Line {
 public:
  explicit Babbler(std::uint32_t seed) : text_(seed) {}
  OrEnd<std::string> Read(milliseconds wait) override {
    now_ += milliseconds(1);
    if (said_ < 20'000 && text_.Number() % 3 != 0) {
      std::string some = text_.Next(40);
      said_ += some.size();
      if (!some.empty()) return some;
    }
    now_ += std::max(wait, milliseconds(0));
    return "";
  }
  OrEnd<void> Write(std::string_view) override { return {}; }
  milliseconds Now() const override { return now_; }
  milliseconds TimeOf(std::size_t) const override { return milliseconds(0); }

 private:
  Text text_;
  std::size_t said_ = 0;
  milliseconds now_{0};
};

TEST(Fuzz, Receivers) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Babbler board(seed);
    Wire wire(board);
    const auto sent = SendFile(wire, "name", std::string(3000, 'x'), [](std::size_t) {});
    ASSERT_TRUE(sent);
    if (!sent->done) EXPECT_NE(sent->why, "");
  }
}

TEST(Fuzz, Prompts) {
  for (std::uint32_t seed = 0; seed < 100; ++seed) {
    Babbler board(seed);
    Wire wire(board);
    UBoot u_boot(wire, {.prompt = {}, .key = {}, .wait_seconds = 5});
    const auto connected = u_boot.Connect();
    // Nonsense is no U-Boot whose memory has the image in it.
    if (!connected) continue;
    const Image image = {.name = "a", .data = std::string(2000, 'y')};
    EXPECT_FALSE(ImageLoader(u_boot, wire, {.address = 0x1000}).Load(image, [](std::size_t) {}));
  }
}

TEST(Fuzz, Runs) {
  for (std::uint32_t seed = 0; seed < 200; ++seed) {
    Babbler board(seed);
    Transcript transcript("");
    Wire wire(board, [&](std::string_view text) { transcript.Feed(text); });
    const Verdict verdict = Watch(wire, transcript, "=> ", {}, milliseconds(3'000));
    EXPECT_TRUE(verdict.status == 0 || !verdict.message.empty());
  }
}

}  // namespace
}  // namespace trivet::runner
