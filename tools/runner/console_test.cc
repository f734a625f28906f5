// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/console.h"

#include <string>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

TEST(StatusLine, OnlyTheWholeLineCounts) {
  EXPECT_EQ(ParseStatusLine("TRIVET-IMAGE: STATUS 0"), 0);
  EXPECT_EQ(ParseStatusLine("TRIVET-IMAGE: STATUS 255"), 255);
  for (const char* bad :
       {"TRIVET-IMAGE: STATUS ", "TRIVET-IMAGE: STATUS 256", "TRIVET-IMAGE: STATUS -1",
        "TRIVET-IMAGE: STATUS 0x", "TRIVET-IMAGE: STATUS 0 ", " TRIVET-IMAGE: STATUS 0",
        "TRIVET-IMAGE: STATUS 0000", "TRIVET-IMAGE: PASS", ""}) {
    EXPECT_EQ(ParseStatusLine(bad), std::nullopt) << bad;
  }
}

TEST(Transcript, LinesInAnyPieces) {
  const std::string console = "boot\r\nTRIVET-IMAGE: PASS\r\nTRIVET-IMAGE: STATUS 7\r\nmore";
  for (std::size_t step = 1; step < console.size(); ++step) {
    Transcript transcript{std::string(kPassLine)};
    for (std::size_t at = 0; at < console.size(); at += step) {
      transcript.Feed(std::string_view(console).substr(at, step));
    }
    EXPECT_TRUE(transcript.seen());
    EXPECT_EQ(transcript.status(), 7);
    EXPECT_EQ(transcript.unfinished(), "more");
    EXPECT_EQ(transcript.LastLine(), "TRIVET-IMAGE: STATUS 7");
  }
}

TEST(Transcript, TheFirstStatusIsTheRuns) {
  Transcript transcript("");
  transcript.Feed("TRIVET-IMAGE: STATUS 1\nTRIVET-IMAGE: STATUS 0\n");
  EXPECT_EQ(transcript.status(), 1);
  EXPECT_FALSE(transcript.seen());
}

TEST(Transcript, LoadersIntroduceThemselves) {
  for (const char* banner : {"U-Boot 2025.01 (x)", "U-Boot SPL 2024.04", "NOTICE:  BL31: v2.12",
                             "UEFI firmware (version x)"}) {
    Transcript transcript("");
    transcript.Feed(std::string("x ") + banner + '\n');
    EXPECT_EQ(transcript.banner(), "");
    transcript.Feed(std::string(banner) + '\n');
    EXPECT_EQ(transcript.banner(), banner);
  }
}

TEST(Transcript, KeepsTheEndOnly) {
  Transcript transcript("");
  for (int i = 0; i < 100; ++i)
    transcript.Feed(std::string(10'000, 'x') + std::to_string(i) + "\n\n");
  EXPECT_LT(transcript.Tail().size(), 13 * 300u);
}

}  // namespace
}  // namespace trivet::runner
