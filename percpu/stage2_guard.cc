#include "percpu/stage2_guard.h"

#include <algorithm>

#include "hal/cpu.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// Widest input of one level-1 table with the 4 KiB granule: 9 bits of index over 1 GiB blocks.
constexpr unsigned kOneLevelBits = 39;

unsigned BitsOf(PhysicalSize size) {
  constexpr std::uint8_t kBits[] = {32, 36, 40, 42, 44, 48, 52, 56};
  return kBits[static_cast<unsigned>(size)];
}

}  // namespace

alignas(4096) constinit const std::uint64_t kEmptyStage2[512] = {};

VtcrEl2 OneLevelStage2() {
  // Above 48 bits the size needs other descriptor formats; 48 bits serve every such CPU.
  const PhysicalSize size = std::min(Cpu::Read<IdAa64Mmfr0El1>().parange(), PhysicalSize::k48Bits);
  const unsigned input_bits = std::min(BitsOf(size), kOneLevelBits);
  return VtcrEl2::Inert()
      .ps(size)
      .tg0(Granule0::k4Kb)
      .sh0(Shareability::kInner)
      .orgn0(Cacheability::kWbWa)
      .irgn0(Cacheability::kWbWa)
      .sl0(StartLevel::k4KbLevel1)
      .t0sz(static_cast<std::uint8_t>(64 - input_bits));
}

}  // namespace trivet::percpu
