// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/dialogue.h"

#include <string>

#include "gtest/gtest.h"

namespace trivet::runner {
namespace {

TEST(Dialogue, TypesEachAnswerOnceItsTextHasCome) {
  Dialogue dialogue({{"any key", " "}, {"=> ", "go\n"}});
  EXPECT_EQ(dialogue.awaited(), "any key");
  EXPECT_EQ(dialogue.Feed("U-Boot\r\nHit any key"), " ");
  EXPECT_EQ(dialogue.Feed(" to stop: 2\r\n"), "");
  EXPECT_EQ(dialogue.awaited(), "=> ");
  EXPECT_EQ(dialogue.Feed("=> "), "go\n");
  EXPECT_EQ(dialogue.awaited(), "");
  EXPECT_EQ(dialogue.Feed("=> any key"), "");
}

TEST(Dialogue, FindsATextThatComesInPieces) {
  Dialogue dialogue({{"any key", " "}});
  std::string typed;
  for (const char c : std::string("an any ke any key")) typed += dialogue.Feed(std::string(1, c));
  EXPECT_EQ(typed, " ");
}

TEST(Dialogue, KeepsTheOrder) {
  Dialogue dialogue({{"first", "1"}, {"second", "2"}});
  EXPECT_EQ(dialogue.Feed("second"), "");
  EXPECT_EQ(dialogue.Feed("first"), "1");
  EXPECT_EQ(dialogue.Feed("second"), "2");
}

TEST(Dialogue, AnswersAllThatOnePieceShows) {
  Dialogue dialogue({{"a", "1"}, {"b", "2"}, {"c", "3"}});
  EXPECT_EQ(dialogue.Feed("xaxbx"), "12");
  EXPECT_EQ(dialogue.awaited(), "c");
}

TEST(Dialogue, NeverTypesWithoutExchanges) {
  Dialogue dialogue({});
  EXPECT_EQ(dialogue.Feed("anything"), "");
  EXPECT_EQ(dialogue.awaited(), "");
}

}  // namespace
}  // namespace trivet::runner
