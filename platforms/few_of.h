// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

namespace trivet::platforms {

/// A few elements in place, in order, and how many more did not fit.
template <class T, std::size_t kMost>
class FewOf {
 public:
  static constexpr std::size_t kMaxSize = kMost;
  std::span<const T> all() const { return {items_.data(), size_}; }
  std::span<T> all() { return {items_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  /// How often Add() found it full.
  std::size_t left_out() const { return left_out_; }
  /// Takes out what is `wrong`; the rest keeps its order.
  template <class Wrong>
  void RemoveIf(Wrong wrong) {
    const auto begin = items_.begin();
    const auto end = begin + static_cast<std::ptrdiff_t>(size_);
    size_ = static_cast<std::size_t>(std::remove_if(begin, end, wrong) - begin);
  }
  /// False, and counted, when it is full.
  bool Add(const T& item) {
    if (size_ == kMost) return ++left_out_, false;
    items_[size_++] = item;
    return true;
  }

 private:
  std::array<T, kMost> items_{};
  std::size_t size_ = 0;
  std::size_t left_out_ = 0;
};

}  // namespace trivet::platforms
