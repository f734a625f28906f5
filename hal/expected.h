// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <version>

#if defined(__cpp_lib_expected)
#include <expected>

namespace trivet {

using std::expected;
using std::unexpected;

}  // namespace trivet

#else
#include <memory>
#include <type_traits>
#include <utility>

namespace trivet {

/// C++20: what Trivet uses of the C++23 types of these names.
template <class E>
class unexpected {
 public:
  constexpr explicit unexpected(E error) : error_(std::move(error)) {}
  constexpr const E& error() const { return error_; }

 private:
  E error_;
};

template <class T, class E>
class [[nodiscard]] expected {
  static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_destructible_v<E>);

 public:
  constexpr expected(T value) : value_(std::move(value)), has_value_(true) {}
  template <class Other>
    requires std::is_convertible_v<const Other&, E>
  constexpr expected(const unexpected<Other>& other) : error_(other.error()), has_value_(false) {}

  constexpr bool has_value() const { return has_value_; }
  constexpr explicit operator bool() const { return has_value_; }
  constexpr T& operator*() { return value_; }
  constexpr const T& operator*() const { return value_; }
  constexpr T* operator->() { return std::addressof(value_); }
  constexpr const T* operator->() const { return std::addressof(value_); }
  constexpr const E& error() const { return error_; }

 private:
  union {
    T value_;
    E error_;
  };
  bool has_value_;
};

}  // namespace trivet
#endif
