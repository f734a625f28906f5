// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <string_view>

#include "freestanding/text/text.h"

namespace trivet::text {

/// Prints as a JSON string.
struct Quoted {
  std::string_view text;

  friend void operator<<(Sink& sink, Quoted quoted) {
    sink << '"';
    for (const char c : quoted.text) {
      if (c == '"' || c == '\\') sink << '\\';
      if (const auto code = static_cast<unsigned char>(c); code < 0x20) {
        sink << "\\u00" << code / 16 << "0123456789abcdef"[code % 16];
      } else {
        sink << c;
      }
    }
    sink << '"';
  }
};

/// Writes a JSON object to a sink, member after member, without spaces and on one line.
class JsonObject {
 public:
  explicit JsonObject(Sink& sink) : sink_(sink) {}

  /// A string is quoted; anything else is printed as the sink does.
  template <class T>
  JsonObject& Add(std::string_view name, const T& value) {
    Sink& sink = Member(name);
    if constexpr (std::convertible_to<T, std::string_view>) {
      sink << Quoted{value};
    } else {
      sink << value;
    }
    return *this;
  }
  /// A member whose value the caller prints.
  Sink& Member(std::string_view name) {
    sink_ << (is_empty_ ? '{' : ',');
    sink_ << Quoted{name};
    is_empty_ = false;
    return sink_ << ':';
  }
  /// After the last member, of which there is one.
  void End() { sink_ << '}'; }

 private:
  Sink& sink_;
  bool is_empty_ = true;
};

}  // namespace trivet::text
