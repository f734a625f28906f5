// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/json/json_value.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "freestanding/text/json.h"
#include "freestanding/text/string_sink.h"

namespace trivet::json {
namespace {

TEST(JsonValue, SaysWhereADocumentIsWrong) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"{\"a\" 1}",
            "byte 5: syntax error while parsing object separator - unexpected number literal; "
            "expected ':'"},
           {"[1, 2",
            "byte 5: syntax error while parsing array - unexpected end of input; expected ']'"},
           {"{} x",
            "byte 3: syntax error while parsing value - invalid literal; last read: '{} x'; "
            "expected end of input"},
           {"\"open",
            "byte 5: syntax error while parsing value - invalid string: missing closing quote; "
            "last read: '\"open'"},
           {"nonsense",
            "byte 1: syntax error while parsing value - invalid literal; last read: 'no'"},
           {"",
            "byte 0: attempting to parse an empty input; check that your input string or stream "
            "contains the expected JSON"}}) {
    JsonValue value;
    std::string error;
    EXPECT_FALSE(JsonValue::Parse(text, value, error)) << text;
    EXPECT_EQ(error, expected) << text;
  }
}

TEST(JsonValue, ReadsBackWhatIsQuoted) {
  for (const std::string text : {"", "a\nb", "\t\x01\x1f", "a \"b\" \\ /", "\u00e9"}) {
    text::StringSink out;
    out << text::Quoted{text};
    JsonValue value;
    std::string error;
    EXPECT_TRUE(JsonValue::Parse(out.string(), value, error)) << error;
    EXPECT_EQ(value.kind(), JsonValue::Kind::kString);
    EXPECT_EQ(value.text(), text);
  }
}

TEST(JsonValue, RefusesEndlessNesting) {
  JsonValue value;
  std::string error;
  EXPECT_FALSE(JsonValue::Parse(std::string(1000, '['), value, error));
  EXPECT_NE(error.find("nesting"), std::string::npos);
}

}  // namespace
}  // namespace trivet::json
