// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <expected>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "freestanding/text/text.h"

/// How a value reads in a failure message: the same text as GoogleTest's universal printer.
namespace testing::internal {

using trivet::text::Sink;
using trivet::text::Text;
namespace adl = trivet::text::adl;

void PrintCharacter(unsigned char value, bool is_signed, Sink& sink);
void PrintCodePoint(char32_t value, Sink& sink);
void PrintString(std::string_view text, Sink& sink);
void PrintBytes(std::span<const std::byte> bytes, Sink& sink);

template <class T>
void UniversalPrint(const T& value, Sink& sink);

template <class T>
concept CharLike =
    std::is_same_v<T, char> || std::is_same_v<T, signed char> || std::is_same_v<T, unsigned char>;
template <class T>
concept WideCharLike =
    std::is_same_v<T, char8_t> || std::is_same_v<T, char16_t> || std::is_same_v<T, char32_t>;

template <class T>
concept Container = requires(const T& value) {
  typename T::iterator;
  value.begin() != value.end();
  *value.begin();
};

template <class T>
inline constexpr bool kIsOptional = false;
template <class T>
inline constexpr bool kIsOptional<std::optional<T>> = true;
template <class T>
inline constexpr bool kIsExpected = false;
template <class T, class E>
inline constexpr bool kIsExpected<std::expected<T, E>> = true;
template <class T>
inline constexpr bool kIsTuple = false;
template <class A, class B>
inline constexpr bool kIsTuple<std::pair<A, B>> = true;
template <class... T>
inline constexpr bool kIsTuple<std::tuple<T...>> = true;

template <class C>
void PrintContainer(const C& container, Sink& sink) {
  constexpr std::size_t kMost = 32;
  std::size_t count = 0;
  sink << '{';
  for (auto&& element : container) {
    if (count > 0) sink << ',';
    if (count == kMost) {
      sink << " ...";
      break;
    }
    sink << ' ';
    UniversalPrint(element, sink);
    ++count;
  }
  sink << (count > 0 ? " }" : "}");
}

template <class T, std::size_t kSize>
void PrintArray(const T (&array)[kSize], Sink& sink) {
  constexpr std::size_t kWhole = 18;
  constexpr std::size_t kEnds = 8;
  sink << "{ ";
  for (std::size_t i = 0; i < kSize; ++i) {
    if (i > 0) sink << ", ";
    if (kSize > kWhole && i == kEnds) {
      sink << "..., ";
      i = kSize - kEnds;
    }
    UniversalPrint(array[i], sink);
  }
  sink << " }";
}

template <class T>
void PrintTuple(const T& tuple, Sink& sink) {
  sink << '(';
  std::apply(
      [&sink](const auto&... element) {
        bool first = true;
        ((first ? void() : void(sink << ", "), first = false, UniversalPrint(element, sink)), ...);
      },
      tuple);
  sink << ')';
}

template <class T, class E>
void PrintExpected(const std::expected<T, E>& value, Sink& sink) {
  if (!value.has_value()) {
    sink << "(unexpected ";
    UniversalPrint(value.error(), sink);
  } else if constexpr (std::is_void_v<T>) {
    sink << "(void";
  } else {
    sink << '(';
    UniversalPrint(*value, sink);
  }
  sink << ')';
}

/// `terse` prints a C string's text alone; inside other values its address comes first.
template <class T>
void PrintPointer(T* pointer, bool terse, Sink& sink) {
  if (pointer == nullptr) {
    sink << "NULL";
    return;
  }
  if constexpr (std::is_same_v<std::remove_cv_t<T>, char>) {
    if (!terse) sink << reinterpret_cast<const void*>(pointer) << " pointing to ";
    PrintString(pointer, sink);
  } else {
    sink << reinterpret_cast<const void*>(pointer);
  }
}

template <class T>
void UniversalPrint(const T& value, Sink& sink) {
  if constexpr (CharLike<T>) {
    PrintCharacter(static_cast<unsigned char>(value), std::is_same_v<T, signed char>, sink);
  } else if constexpr (WideCharLike<T>) {
    PrintCodePoint(value, sink);
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    PrintString(value, sink);
  } else if constexpr (std::is_null_pointer_v<T>) {
    sink << "(nullptr)";
  } else if constexpr (std::is_same_v<T, std::nullopt_t>) {
    sink << "(nullopt)";
  } else if constexpr (std::is_array_v<T>) {
    if constexpr (std::is_same_v<std::remove_cv_t<std::remove_extent_t<T>>, char>) {
      const std::string_view text(value, std::size(value));
      const bool terminated = text.back() == '\0';
      PrintString(text.substr(0, text.size() - terminated), sink);
      if (!terminated) sink << " (no terminating NUL)";
    } else {
      PrintArray(value, sink);
    }
  } else if constexpr (kIsOptional<T>) {
    if (!value.has_value()) return UniversalPrint(std::nullopt, sink);
    sink << '(';
    UniversalPrint(*value, sink);
    sink << ')';
  } else if constexpr (kIsExpected<T>) {
    PrintExpected(value, sink);
  } else if constexpr (kIsTuple<T>) {
    PrintTuple(value, sink);
  } else if constexpr (Container<T>) {
    PrintContainer(value, sink);
  } else if constexpr (std::is_pointer_v<T>) {
    PrintPointer(value, /*terse=*/false, sink);
  } else if constexpr (adl::HasStreamOperator<T>) {
    adl::CallStreamOperator(sink, value);
  } else if constexpr (std::is_integral_v<T>) {
    sink << value;
  } else if constexpr (std::is_convertible_v<T, long long>) {
    sink.PutSigned(value);
  } else if constexpr (std::is_convertible_v<T, std::string_view>) {
    PrintString(value, sink);
  } else {
    PrintBytes(std::as_bytes(std::span(std::addressof(value), 1)), sink);
  }
}

/// As UniversalPrint, but a C string prints as its text.
template <class T>
void TersePrint(const T& value, Sink& sink) {
  if constexpr (std::is_same_v<T, const char*> || std::is_same_v<T, char*>) {
    PrintPointer(value, /*terse=*/true, sink);
  } else {
    UniversalPrint(value, sink);
  }
}

/// A reference to some value, with how to print it: what the compiled part of the assertions sees.
class Printable {
 public:
  using PrintFunction = void (*)(const void* value, Sink& sink);

  Printable(const void* value, PrintFunction print) : value_(value), print_(print) {}

  template <class T>
  static Printable Of(const T& value) {
    return {std::addressof(value), [](const void* erased, Sink& sink) {
              TersePrint(*static_cast<const T*>(erased), sink);
            }};
  }

  void Print(Sink& sink) const { print_(value_, sink); }

 private:
  const void* value_;
  PrintFunction print_;
};

/// One operand of a comparison. As in GoogleTest a C string compared with a pointer is an address;
/// one compared with a string view is text (GoogleTest does that for std::string only).
template <class T, class Other>
Printable Operand(const T& value) {
  constexpr bool kIsCString =
      (std::is_pointer_v<T> || std::is_array_v<T>) && std::is_convertible_v<T, const char*>;
  if constexpr (kIsCString && !std::is_same_v<Other, std::string_view>) {
    return {reinterpret_cast<const void*>(static_cast<const char*>(value)),
            [](const void* pointer, Sink& sink) { UniversalPrint(pointer, sink); }};
  } else {
    return Printable::Of(value);
  }
}

}  // namespace testing::internal

namespace testing {

/// The text GoogleTest would print for a value, at most 240 characters.
template <class T>
internal::Text<240> PrintToString(const T& value) {
  internal::Text<240> text;
  internal::TersePrint(value, text);
  return text;
}

}  // namespace testing
