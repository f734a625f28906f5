// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/stage2_guard.h"

#include <algorithm>

#include "hal/cpu.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Widest input of one level-1 table with the 4 KiB granule: 9 bits of index over 1 GiB blocks.
constexpr unsigned kOneLevelBits = 39;

PhysicalSize SizeOfCpu() {
  return std::min(Cpu::Read<IdAa64Mmfr0El1>().parange(), PhysicalSize::k48Bits);
}

unsigned BitsOf(PhysicalSize size) {
  constexpr std::uint8_t kBits[] = {32, 36, 40, 42, 44, 48};
  return kBits[static_cast<unsigned>(size)];
}

}  // namespace

alignas(4096) constinit const std::uint64_t kEmptyStage2[512] = {};

unsigned PhysicalAddressBits() { return BitsOf(SizeOfCpu()); }

VtcrEl2 Stage2Shape(StartLevel level, unsigned most_bits) {
  const PhysicalSize size = SizeOfCpu();
  return VtcrEl2::Inert()
      .ps(size)
      .tg0(Granule0::k4Kb)
      .sh0(Shareability::kInner)
      .orgn0(Cacheability::kWbWa)
      .irgn0(Cacheability::kWbWa)
      .sl0(level)
      .t0sz(static_cast<std::uint8_t>(64 - std::min(BitsOf(size), most_bits)));
}

VtcrEl2 OneLevelStage2() { return Stage2Shape(StartLevel::k4KbLevel1, kOneLevelBits); }

}  // namespace trivet::percpu
