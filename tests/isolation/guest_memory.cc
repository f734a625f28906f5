// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/guest_memory.h"

#include "hal/cpu.h"
#include "percpu/stage2_guard.h"
#include "platforms/runtime/clean_range.h"

namespace trivet::tests {
namespace {

using hal::Cpu;

// [arm-arm] "VMSAv8-64 Table descriptor", "Block descriptor", stage 2: normal write-back memory,
// inner shareable, accessed, readable, writable, executable.
constexpr std::uint64_t kTable = 0b11;
constexpr std::uint64_t kBlock = 0b01 | 0b1111 << 2 | 0b11 << 6 | 0b11 << 8 | 1 << 10;
constexpr std::uint64_t kIndexMask = 511;
constexpr unsigned kLevel1Shift = 30, kLevel2Shift = 21;

/// A 2 MiB block lies in it, wherever the image was loaded.
alignas(4096) std::uint32_t memory[2 * kGuestSize / sizeof(std::uint32_t)];
alignas(4096) std::uint64_t level1[512], level2[512];

std::uint64_t WindowAddress() {
  const auto start = reinterpret_cast<std::uint64_t>(&memory);
  return (start + kGuestSize - 1) / kGuestSize * kGuestSize;
}

}  // namespace

std::uint32_t* GuestWords() { return reinterpret_cast<std::uint32_t*>(WindowAddress()); }

void PublishGuestWords(std::uint64_t offset, std::size_t size) {
  platforms::CleanRange(WindowAddress() + offset, size);
  asm volatile("ic ialluis; dsb ish; isb" ::: "memory");
}

hal::VtcrEl2 GuestVtcr() { return percpu::OneLevelStage2(); }

hal::VttbrEl2 GuestVttbr(std::uint16_t vmid) {
  level2[kGuestBase >> kLevel2Shift & kIndexMask] = WindowAddress() | kBlock;
  level1[kGuestBase >> kLevel1Shift & kIndexMask] =
      reinterpret_cast<std::uint64_t>(level2) | kTable;
  Cpu::Dsb<hal::Domain::kInnerShareable>();
  const auto root = reinterpret_cast<std::uint64_t>(level1);
  return hal::VttbrEl2::FromRaw(std::uint64_t{vmid} << 48 | root);
}

void WriteGuestVectors() {
  constexpr unsigned kSlots = 16;
  constexpr std::uint64_t kSlotSize = 0x80;
  for (unsigned slot = 0; slot < kSlots; ++slot) {
    GuestWord(kGuestVectors + slot * kSlotSize) =
        Hvc(static_cast<std::uint16_t>(kGuestVectorCall + slot));
  }
  PublishGuestWords(kGuestVectors, kSlots * kSlotSize);
}

}  // namespace trivet::tests
