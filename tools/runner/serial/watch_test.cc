// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/watch.h"

#include <string>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

/// Says its text in one go and then nothing; or hangs up.
class Speaker : public Line {
 public:
  explicit Speaker(std::string text, bool hangs_up = false)
      : text_(std::move(text)), hangs_up_(hangs_up) {}
  OrEnd<std::string> Read(milliseconds wait) override {
    if (!text_.empty()) return std::exchange(text_, {});
    if (hangs_up_) return NotRun("'/dev/x' was unplugged or hung up");
    now_ += wait;
    return "";
  }
  OrEnd<void> Write(std::string_view) override { return {}; }
  milliseconds Now() const override { return now_; }
  milliseconds TimeOf(std::size_t) const override { return milliseconds(0); }

 private:
  std::string text_;
  bool hangs_up_;
  milliseconds now_{0};
};

Verdict WatchText(const std::string& text, bool hangs_up = false,
                  const Expectation& expected = {}) {
  Speaker line(text, hangs_up);
  Transcript transcript(expected.line);
  Wire wire(line, [&](std::string_view heard) { transcript.Feed(heard); });
  return Watch(wire, transcript, "=> ", expected, milliseconds(10'000));
}

TEST(Watch, TheStatusLineEndsTheRun) {
  EXPECT_EQ(WatchText("hello\r\nTRIVET-IMAGE: STATUS 0\r\n").status, 0);
  EXPECT_EQ(WatchText("TRIVET-IMAGE: STATUS 3\r\nU-Boot 2025.01\r\n").status, 3);
  EXPECT_EQ(WatchText("TRIVET-IMAGE: STATUS 3\r\n").message, "the guest stopped with status 3");
}

TEST(Watch, TheRuleIsAsInTheEmulator) {
  const Expectation pass = {.line = std::string(kPassLine), .status = 0};
  EXPECT_EQ(WatchText("TRIVET-IMAGE: PASS\nTRIVET-IMAGE: STATUS 0\n", false, pass).status, 0);
  EXPECT_EQ(WatchText("TRIVET-IMAGE: STATUS 0\n", false, pass).message,
            "the guest stopped with status 0 but never printed 'TRIVET-IMAGE: PASS'");
}

TEST(Watch, AHangEndsWithTheConsolesLastLines) {
  const Verdict verdict = WatchText("one\r\ntwo\x01\r\nthree");
  EXPECT_EQ(verdict.status, 124);
  EXPECT_EQ(verdict.message, "guest did not stop within 10s");
  EXPECT_EQ(verdict.tail, "  | one\n  | two.\n  | three\n");
}

TEST(Watch, ARestartIsSaid) {
  const Verdict verdict = WatchText("ok\r\n\r\n\r\nU-Boot SPL 2024.04-g1 (Jan 01)\r\nTrying\r\n");
  EXPECT_EQ(verdict.status, 126);
  EXPECT_EQ(verdict.message,
            "the board restarted before the image was done: 'U-Boot SPL 2024.04-g1 (Jan 01)'");
  EXPECT_NE(verdict.tail, "");
}

TEST(Watch, AnImageThatIsRefusedOrReturns) {
  const Verdict refused = WatchText("Bad Linux ARM64 Image magic!\r\n=> ");
  EXPECT_EQ(refused.status, 126);
  EXPECT_EQ(refused.message,
            "U-Boot is back at its prompt; the last it said is 'Bad Linux ARM64 Image magic!'");
  EXPECT_EQ(WatchText("## Application terminated, rc = 0x0\r\n=> ").status, 0);
  EXPECT_EQ(WatchText("## Application terminated, rc = 0x103\r\n=> ").status, 3);
}

TEST(Watch, ALostLineIsSaidWithWhatWasHeard) {
  const Verdict verdict = WatchText("running", /*hangs_up=*/true);
  EXPECT_EQ(verdict.status, 125);
  EXPECT_EQ(verdict.message, "'/dev/x' was unplugged or hung up");
  EXPECT_EQ(verdict.tail, "  | running\n");
}

}  // namespace
}  // namespace trivet::runner
