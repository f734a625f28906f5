// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstring>
#include <new>
#include <utility>

namespace trivet::tests {

/// In memory that holds something else at first: what no constructor sets is not zero by chance.
template <class T, int kPlace = 0, class... Arguments>
T& Made(Arguments&&... arguments) {
  alignas(T) static std::byte storage[sizeof(T)];
  std::memset(storage, 0xa5, sizeof(storage));
  return *new (storage) T(std::forward<Arguments>(arguments)...);
}

}  // namespace trivet::tests
