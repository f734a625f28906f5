// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/json/json_value.h"

#include <cstdlib>
#include <format>
#include <nlohmann/json.hpp>

namespace trivet::json {

/// Builds a value from the parser's events, with the text of numbers as they were written.
class JsonReader : public nlohmann::json_sax<nlohmann::json> {
 public:
  explicit JsonReader(JsonValue& document) : document_(document) {}

  std::string error;

  bool null() override { return Add(Kind::kNull, ""); }
  bool boolean(bool value) override { return Add(Kind::kBool, value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override {
    return Add(Kind::kNumber, std::to_string(value));
  }
  bool number_unsigned(number_unsigned_t value) override {
    return Add(Kind::kNumber, std::to_string(value));
  }
  bool number_float(number_float_t, const string_t& text) override {
    return Add(Kind::kNumber, text);
  }
  bool string(string_t& text) override { return Add(Kind::kString, text); }
  bool binary(binary_t&) override { return false; }
  bool start_object(std::size_t) override { return Open(Kind::kObject); }
  bool start_array(std::size_t) override { return Open(Kind::kArray); }
  bool key(string_t& name) override { return (key_ = name, true); }
  bool end_object() override { return Close(); }
  bool end_array() override { return Close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& why) override {
    // "[json.exception.NAME.NUMBER] parse error at line 1, column 6: WHAT", or "[...] WHAT".
    std::string_view text = why.what();
    text.remove_prefix(text.find("] ") + 2);
    if (text.starts_with("parse error at ")) text.remove_prefix(text.find(": ") + 2);
    error = std::format("byte {}: {}", position - 1, text);
    return false;
  }

 private:
  using Kind = JsonValue::Kind;
  static constexpr std::size_t kDeepest = 64;

  /// Where the next value belongs.
  JsonValue& Next() {
    if (open_.empty()) return document_;
    return open_.back()->members_.emplace_back(std::exchange(key_, {}), JsonValue()).second;
  }
  bool Add(Kind kind, std::string text) {
    JsonValue& value = Next();
    value.kind_ = kind;
    value.text_ = std::move(text);
    return true;
  }
  bool Open(Kind kind) {
    if (open_.size() == kDeepest) error = "too much nesting";
    if (!error.empty()) return false;
    JsonValue& value = Next();
    value.kind_ = kind;
    open_.push_back(&value);
    return true;
  }
  bool Close() { return (open_.pop_back(), true); }

  JsonValue& document_;
  std::vector<JsonValue*> open_;  ///< from the document to the innermost list
  std::string key_;
};

bool JsonValue::Parse(std::string_view text, JsonValue& value, std::string& error) {
  JsonReader reader(value);
  if (nlohmann::json::sax_parse(text, &reader)) return true;
  error = reader.error;
  return false;
}

std::uint64_t JsonValue::number() const { return std::strtoull(text_.c_str(), nullptr, 0); }

const JsonValue* JsonValue::Find(std::string_view name) const {
  for (const auto& [key, value] : members_) {
    if (key == name) return &value;
  }
  return nullptr;
}

}  // namespace trivet::json
