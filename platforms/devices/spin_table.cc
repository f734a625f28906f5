// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/devices/spin_table.h"

#include <cstddef>

#include "platforms/devices/mmio.h"
#include "platforms/devices/spin_start.h"

extern "C" {

extern const char trivet_spin_entry[];

/// A CPU's start, which spin_entry.S finds by the affinity.
struct alignas(SPIN_START_SIZE) TrivetSpinStart {
  std::uint64_t affinity;
  std::uint64_t entry;  ///< 0: it waits.
  std::uint64_t context;
  std::uint64_t unused[5];
  std::uint64_t arrived;  ///< Written by the CPU.
};
static_assert(sizeof(TrivetSpinStart) == SPIN_START_SIZE);
static_assert(offsetof(TrivetSpinStart, affinity) == SPIN_START_AFFINITY);
static_assert(offsetof(TrivetSpinStart, entry) == SPIN_START_ENTRY);
static_assert(offsetof(TrivetSpinStart, context) == SPIN_START_CONTEXT);
static_assert(offsetof(TrivetSpinStart, arrived) == SPIN_START_ARRIVED);
static_assert(trivet::platforms::SpinTable::kMaxCpus == SPIN_START_COUNT);

constinit TrivetSpinStart trivet_spin_starts[trivet::platforms::SpinTable::kMaxCpus] = {};

}  // extern "C"

namespace trivet::platforms {
namespace {

/// Cleans and invalidates the line at `address`: the CPU that reads it has its caches off.
void CleanLine(std::uintptr_t address) {
  asm volatile("dsb sy\n dc civac, %0\n dsb sy" ::"r"(address) : "memory");
}

void Clean(const volatile void* address) { CleanLine(reinterpret_cast<std::uintptr_t>(address)); }

constinit unsigned called = 0;

TrivetSpinStart* Find(std::uint64_t affinity) {
  for (unsigned i = 0; i < called; ++i) {
    if (trivet_spin_starts[i].affinity == (affinity | SPIN_START_IN_USE))
      return &trivet_spin_starts[i];
  }
  return nullptr;
}

/// The CPU's start, in memory before the CPU is called. False: there is none left.
bool AddStart(std::uint64_t affinity) {
  if (called == SpinTable::kMaxCpus) return false;
  TrivetSpinStart& start = trivet_spin_starts[called++];
  start = {.affinity = affinity | SPIN_START_IN_USE,
           .entry = 0,
           .context = 0,
           .unused = {},
           .arrived = 0};
  Clean(&start.affinity);
  Clean(&start.arrived);
  return true;
}

void SendEvent() { asm volatile("dsb sy\n sev" ::: "memory"); }

// [parking] the mailbox: the number of the CPU that is called, 4 unused bytes, the address.
constexpr std::uintptr_t kMailboxAddress = 8;

}  // namespace

bool SpinTable::Call() const {
  if (!AddStart(affinity)) return false;
  // Its word is mapped as a device. A loader's cache line of it must not be written back later.
  CleanLine(release_address);
  MmioWrite64(release_address, reinterpret_cast<std::uintptr_t>(trivet_spin_entry));
  SendEvent();
  return true;
}

bool SpinTable::CallParked(std::uint32_t number) const {
  if (!AddStart(affinity)) return false;
  CleanLine(release_address);
  MmioWrite64(release_address + kMailboxAddress,
              reinterpret_cast<std::uintptr_t>(trivet_spin_entry));
  asm volatile("dsb sy" ::: "memory");  // the address is there before the number
  MmioWrite32(release_address, number);
  SendEvent();
  return true;
}

bool SpinTable::HasArrived() const {
  TrivetSpinStart* const start = Find(affinity);
  if (start == nullptr) return false;
  const volatile std::uint64_t& arrived = start->arrived;
  Clean(&arrived);
  return arrived != 0;
}

std::int64_t SpinTable::CpuOn(std::uint64_t entry, std::uint64_t context) const {
  TrivetSpinStart* const start = Find(affinity);
  if (start == nullptr) return -1;
  start->context = context;
  Clean(&start->context);
  start->entry = entry;
  Clean(&start->entry);
  asm volatile("sev" ::: "memory");
  return 0;
}

}  // namespace trivet::platforms
