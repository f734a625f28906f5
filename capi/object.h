// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

#include "capi/trivet.h"
#include "hal/status.h"

/// Objects of C callers as what they are in C++.
namespace trivet::capi {

/// The codes are equal: checks.cc.
constexpr trivet_status ToC(Status status) { return static_cast<trivet_status>(status); }

template <class T, class Object>
constexpr void CheckFits() {
  static_assert(sizeof(T) <= sizeof(Object), "TRIVET_..._SIZE is too small");
  static_assert(alignof(T) <= alignof(Object), "TRIVET_ALIGNED is too small");
}

/// The `T` at the start of an `Object` of C.
template <class T, class Object>
T& As(Object* object) {
  CheckFits<T, Object>();
  return *std::launder(reinterpret_cast<T*>(object));
}
template <class T, class Object>
const T& As(const Object* object) {
  return As<T>(const_cast<Object*>(object));
}

/// What every create function checks first: the caller's header is this library's.
template <class Object>
trivet_status CheckObject(const Object* object, std::size_t size, std::uint32_t abi) {
  if (abi != TRIVET_ABI) return TRIVET_WRONG_VERSION;
  if (size < sizeof(Object)) return TRIVET_TOO_SMALL;
  const bool aligned = reinterpret_cast<std::uintptr_t>(object) % alignof(Object) == 0;
  return object != nullptr && aligned ? TRIVET_OK : TRIVET_TOO_SMALL;
}

/// Makes a T of an object of C.
template <class T, class Object, class... Arguments>
T& Make(Object* object, Arguments&&... arguments) {
  CheckFits<T, Object>();
  return *new (object) T(std::forward<Arguments>(arguments)...);
}

}  // namespace trivet::capi
