#include "tools/json/json_value.h"

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace trivet::json {
namespace {

TEST(JsonValue, SaysWhereADocumentIsWrong) {
  for (const auto& [text, expected] : std::vector<std::pair<std::string, std::string>>{
           {"{\"a\" 1}", "byte 5: expected ':'"},
           {"[1, 2", "byte 5: expected ',' or ']'"},
           {"{} x", "byte 3: expected nothing more"},
           {"\"open", "byte 5: expected the end of a string"},
           {"nonsense", "byte 8: expected a value"},
           {"", "byte 0: expected a value"}}) {
    JsonValue value;
    std::string error;
    EXPECT_FALSE(JsonValue::Parse(text, value, error)) << text;
    EXPECT_EQ(error, expected) << text;
  }
}

TEST(JsonValue, RefusesEndlessNesting) {
  JsonValue value;
  std::string error;
  EXPECT_FALSE(JsonValue::Parse(std::string(1000, '['), value, error));
  EXPECT_NE(error.find("less nesting"), std::string::npos);
}

}  // namespace
}  // namespace trivet::json
