// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/options/options.h"

#include <cstdlib>

#include "gtest/gtest.h"

namespace trivet::tools {
namespace {

enum class Color { kRed, kBlue };

struct Targets {
  bool flag = false;
  std::string text;
  Words list;
  int number = 3;
  std::string path;
  Words paths;
  Color color = Color::kRed;

  Command command = {
      .usage = "try [OPTION...]",
      .options = {{"--flag", "", "a flag", &flag},
                  {"--text", "TEXT", "a text", &text},
                  {"--list", "ITEM", "", &list},
                  {"--number", "N", "a number", &number},
                  {"--path", "FILE", "a file", Path{&path}},
                  {"--paths", "FILE", "files", Paths{&paths}},
                  {"--color", "red|blue", "one of two words",
                   OneOf<Color>(color, {{"red", Color::kRed}, {"blue", Color::kBlue}})}}};

  std::string ErrorOf(const Words& words) {
    const auto rest = Parse(command, words);
    return rest ? "" : rest.error();
  }
};

TEST(Options, SetTheirTargets) {
  Targets t;
  setenv("BUILD_WORKING_DIRECTORY", "/there", 1);
  const auto rest =
      Parse(t.command, Words{"--flag", "--text==a b", "--list", "--flag", "--list=", "--number=7",
                             "--path=x", "--paths", "y", "--paths=/z", "--color", "blue"});
  unsetenv("BUILD_WORKING_DIRECTORY");
  ASSERT_TRUE(rest) << rest.error();
  EXPECT_FALSE(rest->help);
  EXPECT_EQ(rest->operands, Words{});
  EXPECT_TRUE(t.flag);
  EXPECT_EQ(t.text, "=a b");
  EXPECT_EQ(t.list, Words({"--flag", ""}));
  EXPECT_EQ(t.number, 7);
  EXPECT_EQ(t.path, "/there/x");
  EXPECT_EQ(t.paths, Words({"/there/y", "/z"}));
  EXPECT_EQ(t.color, Color::kBlue);
}

TEST(Options, AWrongWordIsAnErrorOfOneLine) {
  Targets t;
  EXPECT_EQ(t.ErrorOf({"--flag=x"}), "--flag has no value");
  EXPECT_EQ(t.ErrorOf({"--text"}), "--text needs a value: --text=TEXT");
  EXPECT_EQ(t.ErrorOf({"--number", "soon"}), "--number needs a number, not 'soon'");
  EXPECT_EQ(t.ErrorOf({"--number=-1"}), "--number needs a number, not '-1'");
  EXPECT_EQ(t.ErrorOf({"--number="}), "--number needs a number, not ''");
  EXPECT_EQ(t.ErrorOf({"--color=green"}), "--color needs red or blue, not 'green'");
  EXPECT_EQ(t.ErrorOf({"--fla"}), "unknown option '--fla'; --help lists the options");
  EXPECT_EQ(t.ErrorOf({"x"}), "unexpected argument 'x'; --help lists the options");
  EXPECT_EQ(t.ErrorOf({"--", "--flag"}), "unexpected argument '--flag'");
  EXPECT_FALSE(t.flag);
}

TEST(Options, OtherWordsAreReturnedInTheirOrder) {
  Targets t;
  t.command.takes_operands = true;
  EXPECT_EQ(t.ErrorOf({"--other"}), "unknown option '--other'; --help lists the options");
  EXPECT_EQ(Parse(t.command, Words{"a", "--flag", "b", "--", "--text", "--"})->operands,
            Words({"a", "b", "--text", "--"}));
  t.command.passes_unknown_options = true;
  EXPECT_EQ(Parse(t.command, Words{"a", "--other=1", "--number", "5", "-b"})->operands,
            Words({"a", "--other=1", "-b"}));
  EXPECT_EQ(t.number, 5);
}

TEST(Options, HelpListsTheOptionsThatHaveATextForIt) {
  Targets t;
  EXPECT_TRUE(Parse(t.command, Words{"--help"})->help);
  t.command.options.resize(4);
  EXPECT_EQ(Help(t.command),
            "usage: try [OPTION...]\n"
            "  --flag       a flag\n"
            "  --text=TEXT  a text\n"
            "  --number=N   a number\n");
}

}  // namespace
}  // namespace trivet::tools
