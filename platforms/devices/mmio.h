#pragma once

#include <cstdint>

namespace trivet::platforms {

/// One 32-bit device register access at a physical address. The MMU is off, so memory is
/// Device-nGnRnE and accesses of one CPU to one device stay in order.
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
