// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// JSON of other programs, by nlohmann_json, whose header takes seconds to compile and is
/// included in json_value.cc only.
namespace trivet::json {

class JsonValue {
 public:
  enum class Kind { kNull, kBool, kNumber, kString, kArray, kObject };

  /// Reads a whole document. On an error returns false; `error` is one line with the offset.
  static bool Parse(std::string_view text, JsonValue& value, std::string& error);

  Kind kind() const { return kind_; }
  /// The text of a string or number, "true" or "false"; otherwise empty.
  const std::string& text() const { return text_; }
  /// A number, decimal, or a string in C notation, as unsigned; 0 when it is neither.
  std::uint64_t number() const;
  /// Members of an object, or elements of an array with empty names, in order.
  const std::vector<std::pair<std::string, JsonValue>>& members() const { return members_; }
  /// The member of that name, or null.
  const JsonValue* Find(std::string_view name) const;

 private:
  friend class JsonReader;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<std::pair<std::string, JsonValue>> members_;
};

}  // namespace trivet::json
