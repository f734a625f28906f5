#include "platforms/devices/spin_table.h"

#include "platforms/devices/mmio.h"

extern "C" {

extern const char trivet_spin_entry[];

/// What spin_entry.S gives a CPU, by MPIDR_EL1.Aff0.
struct TrivetSpinStart {
  std::uint64_t entry;
  std::uint64_t context;
};
TrivetSpinStart trivet_spin_starts[8];

}  // extern "C"

namespace trivet::platforms {

std::int64_t SpinTable::CpuOn(std::uint64_t affinity, std::uint64_t entry,
                              std::uint64_t context) const {
  const std::uint64_t cpu = affinity & 7;
  trivet_spin_starts[cpu] = {.entry = entry, .context = context};
  asm volatile("dsb sy" ::: "memory");  // the CPU's start is in memory before its word is
  MmioWrite64(release_addresses + cpu * 8, reinterpret_cast<std::uintptr_t>(trivet_spin_entry));
  asm volatile("dsb sy\n sev" ::: "memory");
  return 0;
}

}  // namespace trivet::platforms
