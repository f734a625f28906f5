// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "vgic/distributor/interrupt_registers.h"

namespace trivet::vgic {

/// The machine's GIC at its physical addresses, mapped as themselves.
struct PhysicalGic {
  static std::uint32_t Read32(std::uintptr_t at) { return At<std::uint32_t>(at); }
  static std::uint64_t Read64(std::uintptr_t at) { return At<std::uint64_t>(at); }
  static void Write8(std::uintptr_t at, std::uint8_t value) { At<std::uint8_t>(at) = value; }
  static void Write32(std::uintptr_t at, std::uint32_t value) { At<std::uint32_t>(at) = value; }
  static void Write64(std::uintptr_t at, std::uint64_t value) { At<std::uint64_t>(at) = value; }

 private:
  template <class Word>
  static volatile Word& At(std::uintptr_t at) {
    return *reinterpret_cast<volatile Word*>(at);
  }
};

static_assert(GicMemory<PhysicalGic>);

}  // namespace trivet::vgic
