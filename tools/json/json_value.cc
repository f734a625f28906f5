#include "tools/json/json_value.h"

#include <cstdlib>
#include <format>

namespace trivet::json {

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  bool Document(JsonValue& value) {
    return Value(value, 0) && (SkipSpace(), at_ == text_.size() || Wrong("nothing more"));
  }
  const std::string& error() const { return error_; }

 private:
  static constexpr int kDeepest = 64;

  bool Wrong(std::string_view expected) {
    if (error_.empty()) error_ = std::format("byte {}: expected {}", at_, expected);
    return false;
  }
  char Peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  void SkipSpace() {
    while (Peek() == ' ' || Peek() == '\n' || Peek() == '\t' || Peek() == '\r') ++at_;
  }
  bool Take(char c) {
    SkipSpace();
    if (Peek() != c) return false;
    ++at_;
    return true;
  }

  bool String(std::string& out) {
    if (!Take('"')) return Wrong("a string");
    while (at_ < text_.size() && text_[at_] != '"') {
      if (text_[at_] == '\\' && at_ + 1 < text_.size()) ++at_;
      out += text_[at_++];
    }
    return Take('"') || Wrong("the end of a string");
  }

  bool List(JsonValue& value, char close, int depth) {
    const bool object = close == '}';
    value.kind_ = object ? JsonValue::Kind::kObject : JsonValue::Kind::kArray;
    if (Take(close)) return true;
    do {
      auto& [name, member] = value.members_.emplace_back();
      if (object && (!String(name) || !(Take(':') || Wrong("':'")))) return false;
      if (!Value(member, depth + 1)) return false;
    } while (Take(','));
    return Take(close) || Wrong(object ? "',' or '}'" : "',' or ']'");
  }

  bool Word(JsonValue& value) {
    while (at_ < text_.size() && std::string_view("+-.eE").find(Peek()) != std::string_view::npos) {
      value.text_ += text_[at_++];
    }
    while ((Peek() >= '0' && Peek() <= '9') || (Peek() >= 'a' && Peek() <= 'z') || Peek() == '.' ||
           Peek() == 'E' || Peek() == '-' || Peek() == '+') {
      value.text_ += text_[at_++];
    }
    if (value.text_ == "null") return value.text_.clear(), true;
    const bool is_bool = value.text_ == "true" || value.text_ == "false";
    value.kind_ = is_bool ? JsonValue::Kind::kBool : JsonValue::Kind::kNumber;
    char* end = nullptr;
    std::strtod(value.text_.c_str(), &end);
    return is_bool || (!value.text_.empty() && *end == '\0') || Wrong("a value");
  }

  bool Value(JsonValue& value, int depth) {
    if (depth > kDeepest) return Wrong("less nesting");
    SkipSpace();
    if (Take('{')) return List(value, '}', depth);
    if (Take('[')) return List(value, ']', depth);
    if (Peek() != '"') return Word(value);
    value.kind_ = JsonValue::Kind::kString;
    return String(value.text_);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string error_;
};

bool JsonValue::Parse(std::string_view text, JsonValue& value, std::string& error) {
  JsonReader reader(text);
  if (reader.Document(value)) return true;
  error = reader.error();
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
