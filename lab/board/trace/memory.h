// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

/// The memory of traces, as the image sees it: physical addresses, Device memory that bypasses the
/// caches like the monitor's own accesses. Aligned accesses only.
namespace trivet::lab::board::trace {

inline void Put64(std::uint64_t address, std::uint64_t value) {
  *reinterpret_cast<volatile std::uint64_t*>(address) = value;
}
inline std::uint64_t Get64(std::uint64_t address) {
  return *reinterpret_cast<const volatile std::uint64_t*>(address);
}
/// `size` bytes at `from`, a multiple of 8.
inline void PutAll(std::uint64_t address, const void* from, std::uint64_t size) {
  const auto* words = static_cast<const std::uint64_t*>(from);
  for (std::uint64_t i = 0; i < size / 8; ++i) Put64(address + i * 8, words[i]);
}
inline void GetAll(void* to, std::uint64_t address, std::uint64_t size) {
  auto* words = static_cast<std::uint64_t*>(to);
  for (std::uint64_t i = 0; i < size / 8; ++i) words[i] = Get64(address + i * 8);
}

}  // namespace trivet::lab::board::trace
