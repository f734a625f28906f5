// SPDX-License-Identifier: Apache-2.0 OR MIT
// The access path allocates nothing: what runs on a simulated PE costs the host no heap.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdlib>
#include <new>

#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/sim_backend.h"

namespace {

thread_local std::size_t allocations = 0;

}  // namespace

void* operator new(std::size_t size) {
  ++allocations;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  ++allocations;
  return std::malloc(size);
}
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::VbarEl2;

void EnableAndDisable() {
  const VbarEl2 vbar = SimBackend::Read<VbarEl2>();
  const HcrEl2 hcr = SimBackend::Read<HcrEl2>();
  SimBackend::Write<VbarEl2>(VbarEl2::FromRaw(0x4008'0000));
  SimBackend::Write<HcrEl2>(HcrEl2::FromRaw(hcr.raw()).vm(true).imo(true));
  SimBackend::Isb();
  SimBackend::Write<HcrEl2>(hcr);
  SimBackend::Write<VbarEl2>(vbar);
  SimBackend::Invalidate<hal::Tlbi::kVmallS12E1>();
  SimBackend::Dsb<hal::Domain::kNonShareable>();
  SimBackend::Isb();
}

TEST(AllocationTest, TheCounterCounts) {
  const std::size_t before = allocations;
  delete new int(1);
  EXPECT_EQ(allocations, before + 1);
}

TEST(AllocationTest, AccessesAllocateNothing) {
  Pe pe(ProfileNamed("cortex-a72"));
  const ScopedPe current(pe);
  EnableAndDisable();  // The TLB meets its first VMID.
  const std::size_t before = allocations;
  for (int i = 0; i < 2000; ++i) EnableAndDisable();
  EXPECT_EQ(allocations, before);
}

}  // namespace
}  // namespace trivet::sim
