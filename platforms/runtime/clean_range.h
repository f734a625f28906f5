// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"

namespace trivet::platforms {

/// Cleans and invalidates [address, address + size), so that a reader with caches on or off sees
/// what was stored. EL1 or EL2. [arm-arm] DC CIVAC; CTR_EL0.DminLine:
/// log2 of the words in the smallest line.
inline void CleanRange(std::uint64_t address, std::size_t size) {
  const std::uint64_t line = std::uint64_t{4} << hal::Cpu::Read<hal::CtrEl0>().dminline();
  for (std::uint64_t at = address & ~(line - 1); at < address + size; at += line) {
    asm volatile("dc civac, %0" ::"r"(at) : "memory");
  }
  hal::Cpu::Dsb<hal::Domain::kFullSystem>();
}

}  // namespace trivet::platforms
