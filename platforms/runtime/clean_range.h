#pragma once

#include <cstddef>
#include <cstdint>

namespace trivet::platforms {

/// Writes what the caches hold of [address, address + size) to memory and forgets it, so that the
/// next reader sees it with caches on or off. EL1 or EL2. [arm-arm] DC CIVAC; CTR_EL0.DminLine:
/// log2 of the words in the smallest line.
inline void CleanRange(std::uint64_t address, std::size_t size) {
  std::uint64_t ctr;
  asm volatile("mrs %0, CTR_EL0" : "=r"(ctr));
  const std::uint64_t line = std::uint64_t{4} << (ctr >> 16 & 0xf);
  for (std::uint64_t at = address & ~(line - 1); at < address + size; at += line) {
    asm volatile("dc civac, %0" ::"r"(at) : "memory");
  }
  asm volatile("dsb sy" ::: "memory");
}

}  // namespace trivet::platforms
