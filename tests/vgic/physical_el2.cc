// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>
#include <variant>

#include "platforms/devices/mmio.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "tests/vgic/physical.h"

namespace trivet::tests {
namespace {

/// GICD_ISPENDR and GICD_ISACTIVER: the same in [gic] and [gic2].
constexpr std::uintptr_t kIspendr = 0x200, kIsactiver = 0x300;

std::uintptr_t WordOf(std::uintptr_t group, unsigned spi) {
  const auto& controller = ThisController();
  const auto* const v3 = std::get_if<platforms::GicV3>(&controller);
  const auto* const v2 = std::get_if<platforms::GicV2>(&controller);
  return (v3 != nullptr ? v3->distributor : v2->distributor) + group + spi / 32 * 4;
}

}  // namespace

const platforms::InterruptController& ThisController() {
  return platforms::ThisMachine().interrupt_controller;
}
void EnablePhysical() {
  platforms::EnableInterrupt(kMaintenance);
  for (const unsigned spi : kUnusedSpis) platforms::EnableInterrupt(spi);
}
void RaisePhysical(unsigned spi) { platforms::MmioWrite32(WordOf(kIspendr, spi), 1u << spi % 32); }
bool IsPhysicalActive(unsigned spi) {
  return (platforms::MmioRead32(WordOf(kIsactiver, spi)) >> spi % 32 & 1) != 0;
}

}  // namespace trivet::tests
