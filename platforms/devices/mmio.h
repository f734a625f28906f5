// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// One device register access at a physical address, of the width in its name. It is mapped
/// as itself, Device-nGnRnE, as it is while the MMU is off: accesses of one CPU to one device stay
/// in order.
inline std::uint8_t MmioRead8(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint8_t*>(address);
}
inline void MmioWrite8(std::uintptr_t address, std::uint8_t value) {
  *reinterpret_cast<volatile std::uint8_t*>(address) = value;
}
inline std::uint32_t MmioRead32(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint32_t*>(address);
}
inline void MmioWrite32(std::uintptr_t address, std::uint32_t value) {
  *reinterpret_cast<volatile std::uint32_t*>(address) = value;
}
inline std::uint64_t MmioRead64(std::uintptr_t address) {
  return *reinterpret_cast<volatile std::uint64_t*>(address);
}
inline void MmioWrite64(std::uintptr_t address, std::uint64_t value) {
  *reinterpret_cast<volatile std::uint64_t*>(address) = value;
}

}  // namespace trivet::platforms
