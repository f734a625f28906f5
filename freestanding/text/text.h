// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>

/// Text output without iostream, heap or floating point.
namespace trivet::text {

class Sink;

namespace adl {
struct Blocker {};
void operator<<(Blocker, Blocker);

/// A free operator<< found by argument-dependent lookup. Written as a template over the stream type
/// it serves GoogleTest's std::ostream and this library alike.
template <class T>
concept HasStreamOperator = requires(Sink& sink, const T& value) { operator<<(sink, value); };

template <class T>
void CallStreamOperator(Sink& sink, const T& value) {
  operator<<(sink, value);
}
}  // namespace adl

/// Somewhere that text goes: the console, a buffer, a comparison.
class Sink {
 public:
  virtual void Put(std::string_view text) = 0;

  /// As `std::ostream << value` would, except that bool prints as a word.
  template <class T>
  Sink& operator<<(const T& value) {
    if constexpr (std::is_same_v<T, bool>) {
      Put(value ? "true" : "false");
    } else if constexpr (std::is_same_v<T, char> || std::is_same_v<T, signed char> ||
                         std::is_same_v<T, unsigned char>) {
      const char character = static_cast<char>(value);
      Put({&character, 1});
    } else if constexpr (std::is_array_v<T> &&
                         std::is_same_v<std::remove_cv_t<std::remove_extent_t<T>>, char>) {
      PutString(value);
    } else if constexpr (std::signed_integral<T>) {
      PutSigned(value);
    } else if constexpr (std::unsigned_integral<T>) {
      PutUnsigned(value);
    } else if constexpr (adl::HasStreamOperator<T>) {
      adl::CallStreamOperator(*this, value);
    } else if constexpr (std::is_convertible_v<T, const char*>) {
      PutString(value);
    } else if constexpr (std::is_convertible_v<T, std::string_view>) {
      Put(value);
    } else if constexpr (std::is_pointer_v<T>) {
      PutPointer(reinterpret_cast<std::uintptr_t>(value));
    } else {
      static_assert(std::is_convertible_v<T, long long>, "this type has no operator<<");
      PutSigned(value);
    }
    return *this;
  }

  void PutSigned(long long value);
  void PutUnsigned(unsigned long long value);
  /// Lower-case hexadecimal with 0x.
  void PutHex(unsigned long long value);

 protected:
  ~Sink() = default;

 private:
  void PutString(const char* text) { Put(text == nullptr ? std::string_view("(null)") : text); }
  void PutPointer(std::uintptr_t value);
};

/// A sink with a fixed capacity. Text that does not fit is cut, and ends in "...".
template <std::size_t kCapacity>
class Text final : public Sink {
 public:
  static_assert(kCapacity > 3);

  Text() = default;
  Text(const Text& other) : Sink(), size_(other.size_) { Copy(buffer_, other.view()); }
  Text& operator=(const Text& other) {
    size_ = other.size_;
    Copy(buffer_, other.view());
    return *this;
  }

  template <class T>
  Text& operator<<(const T& value) {
    Sink::operator<<(value);
    return *this;
  }

  void Put(std::string_view text) override {
    const bool fits = text.size() <= kCapacity - size_;
    if (!fits) text = text.substr(0, kCapacity - size_);
    Copy(buffer_ + size_, text);
    size_ += text.size();
    if (!fits) Copy(buffer_ + kCapacity - 3, "...");
  }

  std::string_view view() const { return {buffer_, size_}; }
  operator std::string_view() const { return view(); }

 private:
  static void Copy(char* to, std::string_view text) { text.copy(to, text.size()); }

  std::size_t size_ = 0;
  char buffer_[kCapacity];
};

}  // namespace trivet::text
