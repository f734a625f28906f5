#include "platforms/devices/spin_table.h"

#include <cstddef>

#include "platforms/devices/mmio.h"
#include "platforms/devices/spin_start.h"

extern "C" {

extern const char trivet_spin_entry[];

/// A CPU's start, which spin_entry.S finds by the affinity. Aligned, so that none crosses a cache
/// line.
struct alignas(SPIN_START_SIZE) TrivetSpinStart {
  std::uint64_t affinity;
  std::uint64_t entry;  ///< 0: unused.
  std::uint64_t context;
};
static_assert(sizeof(TrivetSpinStart) == SPIN_START_SIZE);
static_assert(offsetof(TrivetSpinStart, affinity) == SPIN_START_AFFINITY);
static_assert(offsetof(TrivetSpinStart, entry) == SPIN_START_ENTRY);
static_assert(offsetof(TrivetSpinStart, context) == SPIN_START_CONTEXT);
static_assert(trivet::platforms::SpinTable::kMaxCpus == SPIN_START_COUNT);

alignas(64) constinit TrivetSpinStart
    trivet_spin_starts[trivet::platforms::SpinTable::kMaxCpus] = {};

}  // extern "C"

namespace trivet::platforms {
namespace {

/// Cleans and invalidates the line at `address`: the CPU that reads it has its caches off.
void CleanLine(std::uintptr_t address) {
  asm volatile("dsb sy\n dc civac, %0\n dsb sy" ::"r"(address) : "memory");
}

}  // namespace

std::int64_t SpinTable::CpuOn(std::uint64_t affinity, std::uint64_t entry,
                              std::uint64_t context) const {
  TrivetSpinStart& start = trivet_spin_starts[cpu];
  start = {.affinity = affinity, .entry = entry, .context = context};
  // The CPU's start is in memory before its word is.
  CleanLine(reinterpret_cast<std::uintptr_t>(&start));
  // Its word is mapped as a device. A loader's cache line of it must not be written back later.
  CleanLine(release_address);
  MmioWrite64(release_address, reinterpret_cast<std::uintptr_t>(trivet_spin_entry));
  asm volatile("dsb sy\n sev" ::: "memory");
  return 0;
}

}  // namespace trivet::platforms
