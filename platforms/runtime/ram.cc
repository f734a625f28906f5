// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/ram.h"

#include <iterator>

#include "hal/cpu.h"
#include "platforms/runtime/boot.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/mapped_ram.h"

extern "C" void trivet_rebuild_tables();  // start.S

namespace trivet::platforms {
namespace {

constinit FewOf<translation::Ram, translation::kMostRam> mapped;

bool IsMappable(const MemoryRange& ram) {
  const std::uint64_t end = ram.base + ram.size;
  const bool is_whole = ram.size != 0 && (ram.base | ram.size) % translation::kPageSize == 0;
  if (!is_whole || end < ram.base || end > std::uint64_t{1} << PhysicalBits()) return false;
  const MemoryRange image = ImageRange();
  return end <= image.base || ram.base >= image.base + image.size;
}

}  // namespace

/// [arm-arm] ID_AA64MMFR0_EL1.PARange; more than 48 bits would need other descriptors.
unsigned PhysicalBits() {
  const auto range = static_cast<unsigned>(hal::Cpu::Read<hal::IdAa64Mmfr0El1>().parange());
  constexpr unsigned kBits[] = {32, 36, 40, 42, 44, 48};
  return range < std::size(kBits) ? kBits[range] : translation::kAddressBits;
}

std::span<const translation::Ram> MappedRam() { return mapped.all(); }

Status MapRam(const MemoryRange& ram) {
  if (!IsMappable(ram)) return Status::kInvalidArgument;
  if (!OtherCpusAreOff()) return Status::kInUse;
  if (!mapped.Add({.start = ram.base, .end = ram.base + ram.size})) return Status::kNoRoom;
  trivet_rebuild_tables();
  return Status::kOk;
}

}  // namespace trivet::platforms
