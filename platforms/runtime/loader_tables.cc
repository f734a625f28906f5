// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/loader_tables.h"

#include "hal/cpu.h"
#include "platforms/runtime/clean_range.h"
#include "platforms/runtime/guarded.h"

namespace trivet::platforms {
namespace {

constexpr std::uint64_t kPage = 4096;
constexpr std::uint64_t kLowest = 0x100;  // as loader_tree.cc
constexpr std::uint64_t kAlignment = 4;

bool IsReadable(std::uint64_t address, std::uint64_t size) {
  if (address + size < address) return false;
  for (std::uint64_t at = address & ~std::uint64_t{3}; at < address + size;
       at += kPage - at % kPage) {
    if (!GuardedLoad(at)) return false;
  }
  return true;
}

/// Firmware that is still in charge may have its interrupts on, which the guard's vectors are not
/// for.
const std::uint8_t* Map(const void*, std::uint64_t address, std::uint32_t size) {
  const hal::Daif daif = hal::Cpu::DaifMask();
  const bool is_readable = IsReadable(address, size);
  hal::Cpu::DaifRestore(daif);
  if (!is_readable) return nullptr;
  CleanRange(address, size);
  return reinterpret_cast<const std::uint8_t*>(address);
}

}  // namespace

// In .data, which the entry code does not clear.
[[gnu::section(
    ".data.loader_memory")]] constinit FewOf<MemoryRange, kMaxMemoryRanges> loader_memory = {};

std::optional<std::expected<acpi::Tables, acpi::Refused>> FindLoaderTables(std::uint64_t argument) {
  const acpi::Memory memory{.map = Map};
  if (argument < kLowest || argument % kAlignment != 0) return std::nullopt;
  if (!acpi::IsRoot(argument, memory)) return std::nullopt;
  return acpi::FindTables(argument, memory);
}

}  // namespace trivet::platforms
