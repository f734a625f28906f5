// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/trace_outcomes.h"

#include <gtest/gtest.h>

#include <string>

#include "lab/board/words.h"

namespace trivet::lab::board::trace {
namespace {

/// What the image prints: `body` with a sum.
std::string Line(std::string_view body) {
  return std::string(LineWriter().Word(body).End().text());
}

const std::string kBegin = "boot\r\n" + Line("trace 1 3");
const std::string kHvc = Line("outcome 5 2400 5a000012 40100004 3c5 0 0 3c9 0");
const std::string kBody = Line("outcome 7 0 0 0 0 0 0 0 1f") + kHvc + Line("ran 7 5 7");

std::string ErrorOf(const std::string& console) {
  TraceOutcomes received;
  std::string error;
  EXPECT_FALSE(ParseTraceOutcomes(console, 3, received, error));
  return error;
}

TEST(TraceAnswersTest, OutcomesComeBackInTheOrderTheyWereRun) {
  TraceOutcomes received;
  std::string error;
  ASSERT_TRUE(ParseTraceOutcomes(kBegin + kBody + Line("ended 3"), 3, received, error)) << error;
  ASSERT_EQ(received.outcomes.size(), 3u);
  EXPECT_EQ(received.outcomes[0].x0, 0x1fu);
  EXPECT_EQ(received.outcomes[1].what, 0x2400u);
  EXPECT_EQ(received.outcomes[1].pstate, 0x3c9u);
  EXPECT_EQ(received.outcomes[2].what, 0u);
}

TEST(TraceAnswersTest, ANumberMeansWhatItWasLastSaidToMean) {
  TraceOutcomes received;
  std::string error;
  const std::string again = Line("outcome 7 1200 0 0 0 0 0 0 0") + Line("ran 7");
  const std::string first = Line("outcome 7 0 0 0 0 0 0 0 0") + Line("ran 7 7");
  ASSERT_TRUE(ParseTraceOutcomes(kBegin + first + again + Line("ended 4"), 3, received, error));
  EXPECT_EQ(received.outcomes[1].what, 0u);
  EXPECT_EQ(received.outcomes[2].what, 0x1200u);
}

TEST(TraceAnswersTest, ADamagedLineIsToldByItsSum) {
  std::string damaged = kBegin + kBody + Line("ended 3");
  damaged[damaged.find("5a000012")] = '6';
  EXPECT_TRUE(ErrorOf(damaged).starts_with("line 4 of the console is damaged"));
}

TEST(TraceAnswersTest, WhatIsMissingIsTold) {
  EXPECT_EQ(ErrorOf("boot\n"), "the console has no outcomes");
  EXPECT_EQ(ErrorOf(kBegin + kBody),
            "the outcomes have no end: the run stopped after 3 of 3 operations");
  EXPECT_TRUE(ErrorOf(kBegin + Line("ran 7 7 7")).starts_with("line 3")) << "7 was never defined";
  EXPECT_TRUE(ErrorOf(kBegin + kBody + Line("ended 2")).starts_with("line 6")) << "a line is lost";
  EXPECT_EQ(ErrorOf(kBegin + kHvc + Line("ran 5") + Line("ended 2")),
            "3 operations were sent and 1 outcomes received");
}

TEST(TraceAnswersTest, ARefusalIsPassedOn) {
  TraceOutcomes received;
  std::string error;
  EXPECT_FALSE(ParseTraceOutcomes(Line("refused this machine has no memory"), 3, received, error));
  EXPECT_EQ(received.refusal, "this machine has no memory");
}

}  // namespace
}  // namespace trivet::lab::board::trace
