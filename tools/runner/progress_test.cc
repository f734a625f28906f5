// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/progress.h"

#include <algorithm>
#include <string>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

using std::chrono::milliseconds;

struct Shown {
  milliseconds now{0};
  std::string text;
  Progress Start(std::size_t total, bool is_terminal) {
    return Progress(
        "loading a", total, is_terminal, [this] { return now; },
        [this](std::string_view t) { text += t; });
  }
};

TEST(Progress, ALinePerTenthWithoutATerminal) {
  Shown shown;
  Progress progress = shown.Start(100 * 1024, false);
  for (std::size_t done = 0; done <= 100; ++done) {
    shown.now += milliseconds(100);
    progress.Show(done * 1024);
    if (done % 30 == 0) progress.Show(0);  // sent again
  }
  progress.Finish();
  EXPECT_EQ(std::ranges::count(shown.text, '\n'), 10);
  EXPECT_NE(shown.text.find("runner: loading a: 50 %, 50 of 100 KiB, 9.8 KiB/s, 5 s left\n"),
            shown.text.npos)
      << shown.text;
  EXPECT_TRUE(shown.text.ends_with("100 %, 100 of 100 KiB, 9.9 KiB/s, 10.1 s\n")) << shown.text;
}

TEST(Progress, OneLineOnATerminal) {
  Shown shown;
  Progress progress = shown.Start(1000, true);
  for (std::size_t done = 0; done <= 1000; done += 10) {
    shown.now += milliseconds(20);
    progress.Show(done);
  }
  progress.Finish();
  EXPECT_EQ(std::ranges::count(shown.text, '\n'), 1);
  EXPECT_LT(std::ranges::count(shown.text, '\r'), 30);
  EXPECT_NE(shown.text.find(" s left"), shown.text.npos);
}

}  // namespace
}  // namespace trivet::runner
