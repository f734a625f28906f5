#include "platforms/devices/spin_table.h"

#include "platforms/devices/mmio.h"

extern "C" {

extern const char trivet_spin_entry[];

/// What spin_entry.S gives a CPU, which it finds by its affinity.
struct TrivetSpinStart {
  std::uint64_t affinity;
  std::uint64_t entry;
  std::uint64_t context;
  std::uint64_t unused;
};
extern TrivetSpinStart trivet_spin_starts[trivet::platforms::SpinTable::kMaxCpus];

}  // extern "C"

namespace trivet::platforms {
namespace {

/// What is in memory at `address` is what was stored, and no cache has a line of it: the CPU that
/// reads it has its caches off.
void CleanLine(std::uintptr_t address) {
  asm volatile("dsb sy\n dc civac, %0\n dsb sy" ::"r"(address) : "memory");
}

}  // namespace

std::int64_t SpinTable::CpuOn(std::uint64_t affinity, std::uint64_t entry,
                              std::uint64_t context) const {
  TrivetSpinStart& start = trivet_spin_starts[cpu];
  start = {.affinity = affinity, .entry = entry, .context = context, .unused = 0};
  // The CPU's start is in memory before its word is.
  CleanLine(reinterpret_cast<std::uintptr_t>(&start));
  // Its word is mapped as a device. What a loader left of it in a cache must not come back.
  CleanLine(release_address);
  MmioWrite64(release_address, reinterpret_cast<std::uintptr_t>(trivet_spin_entry));
  asm volatile("dsb sy\n sev" ::: "memory");
  return 0;
}

}  // namespace trivet::platforms
