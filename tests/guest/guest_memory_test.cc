// SPDX-License-Identifier: Apache-2.0 OR MIT
// GuestMemory on the simulator: sizes, errors, and what the TLBs of two CPUs may hold.

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "hal/cpu.h"
#include "sim/pe/violation.h"
#include "tests/guest/guest_memory_rig.h"
#include "vcpu/stage2/identity_map.h"
#include "vcpu/stage2/rom.h"
#include "vcpu/stage2/vmid_allocator.h"

namespace trivet::tests::guest_memory_test {
namespace {

// [arm-arm] "Concatenated translation tables": 32 to 34 bits start at level 2, 40 to 43 at level 1.
TEST_F(GuestMemoryTest, EverySizeReachesItsLastPageAndNoFurther) {
  for (unsigned bits = 32; bits <= 48; ++bits) {
    SCOPED_TRACE(bits);
    GuestMemory memory;
    ASSERT_EQ(memory.Create(pool_, bits, 7), Status::kOk);
    const std::uint64_t end = std::uint64_t{1} << bits;
    ASSERT_EQ(memory.Map(end - kK4, kData, kK4, {}), Status::kOk);
    ASSERT_EQ(memory.Map(0, kData + kK4, kK4, {}), Status::kOk);
    EXPECT_EQ(HardwareWalk(memory, end - 8), kData + kK4 - 8);
    EXPECT_EQ(HardwareWalk(memory, 8), kData + kK4 + 8);
    EXPECT_EQ(HardwareWalk(memory, end), std::nullopt);
    EXPECT_EQ(memory.Walk(end), std::nullopt);
    EXPECT_EQ(memory.Map(end - kK4, kData, 2 * kK4, {}), Status::kInvalidArgument);
    memory.Destroy();
    ASSERT_EQ(pool_.available(), std::size(tables.tables));
  }
  GuestMemory memory;
  EXPECT_EQ(memory.Create(pool_, 31, 7), Status::kInvalidArgument);
  EXPECT_EQ(memory.Create(pool_, 49, 7), Status::kInvalidArgument);
  EXPECT_EQ(memory.Create(pool_, 40, 0), Status::kInvalidArgument);
}

TEST_F(GuestMemoryTest, AMappingUsesTheLargestBlocksThatItsAddressesAllow) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 39, 7), Status::kOk);
  ASSERT_EQ(memory.Map(kG1 - kM2 - kK4, 3 * kG1 - kM2 - kK4, 2 * kG1, {}), Status::kOk);
  EXPECT_EQ(memory.Walk(kG1 - kM2 - kK4)->size, kK4);
  EXPECT_EQ(memory.Walk(kG1 - kM2)->size, kM2);
  EXPECT_EQ(memory.Walk(kG1)->size, kG1);
  ASSERT_EQ(memory.Unmap(cpu(), kG1 + 5 * kM2 + kK4, kK4), Status::kOk);
  EXPECT_EQ(memory.Walk(kG1 + 5 * kM2)->size, kK4);
  EXPECT_EQ(memory.Walk(kG1 + 4 * kM2)->size, kM2);
  memory.Destroy();
}

TEST_F(GuestMemoryTest, ARomIsReadAndStoresToItAreIgnored) {
  GuestMemory memory;
  CreateWithProgram(memory);
  const vcpu::Rom rom = {.ipa = 0, .pa = kData + kK4, .size = 2 * kK4};
  ASSERT_EQ(rom.MapIn(memory), Status::kOk);
  ASSERT_EQ(vcpu::Rom().MapIn(memory), Status::kOk) << "none";
  ASSERT_EQ(memory.Map(2 * kK4, kData, kK4, {.permissions = {.write = false}}), Status::kOk);
  EXPECT_EQ(HardwareWalk(memory, kK4 + 8, sim::AccessKind::kFetch), kData + 2 * kK4 + 8);
  vcpu::Vcpu& guest = guest_.emplace(vcpu::Config{.entry = kProgramIpa,
                                                  .vtcr = memory.vtcr(),
                                                  .vttbr = memory.vttbr(),
                                                  .translates_faults = true});
  machine_.memory().Write(kData + 3 * kK4 - 8, 0x5555, 8);
  const auto run = [&](std::uint64_t store) {
    guest.frame().pc = kProgramIpa;
    guest.frame().x[1] = 2 * kK4 - 8;
    guest.frame().x[2] = store;
    return *guest.Run(cpus_[0]);
  };
  const vcpu::Exit ignored = run(2 * kK4 - 8);
  EXPECT_EQ(guest.frame().x[5], 0x5555u);
  EXPECT_TRUE(rom.IgnoreStore(ignored, guest.frame()));
  EXPECT_EQ(guest.frame().pc, kProgramIpa + 8);
  EXPECT_FALSE(vcpu::Rom().IgnoreStore(ignored, guest.frame())) << "none";
  EXPECT_EQ(machine_.memory().Read(kData + 3 * kK4 - 8, 8), 0x5555u);
  const vcpu::Exit behind = run(2 * kK4);
  EXPECT_EQ(behind.reason, vcpu::ExitReason::kDataAbort);
  EXPECT_FALSE(rom.IgnoreStore(behind, guest.frame()));
  vcpu::Exit load = ignored;
  load.syndrome = vectors::Syndrome::FromRaw(ignored.syndrome.raw() & ~std::uint64_t{1 << 6});
  EXPECT_FALSE(rom.IgnoreStore(load, guest.frame())) << "WnR";
  EXPECT_EQ(guest.frame().pc, kProgramIpa + 4);
  EXPECT_EQ(guest.Unload(cpu()), Status::kOk);
}

TEST_F(GuestMemoryTest, AnIdentityMapHasItsHolesAndItsMemory) {
  struct Range {
    std::uint64_t base, size;
  };
  constexpr Range kRam[] = {{4 * kG1, kG1}, {kG1, kG1 + kM2}};
  constexpr Range kHoles[] = {{kG1 + kM2 + kK4, 3 * kK4}, {5 * kK4, kK4}, {4 * kG1, kM2}};
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 39, 7), Status::kOk);
  ASSERT_EQ(vcpu::MapIdentity(memory, 8 * kG1, kRam, kHoles), Status::kOk);
  const auto is_in = [](const Range& range, std::uint64_t at) {
    return at - range.base < range.size;
  };
  for (const std::uint64_t at : {0 * kG1,
                                 4 * kK4,
                                 5 * kK4,
                                 6 * kK4,
                                 kG1 - kK4,
                                 kG1,
                                 kG1 + kM2,
                                 kG1 + kM2 + kK4,
                                 kG1 + kM2 + 3 * kK4,
                                 kG1 + kM2 + 4 * kK4,
                                 2 * kG1,
                                 2 * kG1 + kM2 - kK4,
                                 2 * kG1 + kM2,
                                 4 * kG1 - kK4,
                                 4 * kG1,
                                 4 * kG1 + kM2,
                                 5 * kG1 - kK4,
                                 5 * kG1,
                                 8 * kG1 - kK4,
                                 8 * kG1}) {
    const bool hole =
        at >= 8 * kG1 || is_in(kHoles[0], at) || is_in(kHoles[1], at) || is_in(kHoles[2], at);
    const auto found = memory.Walk(at);
    EXPECT_EQ(found.has_value(), !hole) << at;
    if (!found) continue;
    EXPECT_EQ(found->pa, at);
    const bool ram = is_in(kRam[0], at) || is_in(kRam[1], at);
    EXPECT_EQ(found->attributes.type, ram ? MemoryType::kNormal : MemoryType::kDevice) << at;
  }
  memory.Destroy();
}

TEST_F(GuestMemoryTest, APoolThatIsTooSmallChangesNothing) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 39, 7), Status::kOk);
  ASSERT_EQ(memory.Map(0, 0, kG1, {}), Status::kOk);
  while (pool_.available() > 1) (void)pool_.Take();
  EXPECT_EQ(memory.Map(kG1, 0, kM2 + kK4, {}), Status::kOutOfTables);
  EXPECT_EQ(memory.Walk(kG1), std::nullopt);
  EXPECT_EQ(memory.Unmap(cpu(), kM2, kK4), Status::kOutOfTables);
  EXPECT_EQ(memory.Protect(cpu(), kM2, kK4, {}), Status::kOutOfTables);
  EXPECT_EQ(memory.Walk(kM2)->size, kG1);
  EXPECT_EQ(pool_.available(), 1u);
}

TEST_F(GuestMemoryTest, WhatAnotherCpusTlbHoldsIsGoneAfterUnmap) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu& guest = MakeGuest(memory);
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kHypercall);
  ASSERT_EQ(memory.Unmap(cpu(), kK4, kK4), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kDataAbort);
  EXPECT_EQ(RunOn(1, guest, 3 * kK4, 2 * kK4), vcpu::ExitReason::kHypercall) << "the rest stays";
}

TEST_F(GuestMemoryTest, WhatAnotherCpusTlbHoldsIsGoneAfterProtect) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu& guest = MakeGuest(memory);
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kHypercall);
  ASSERT_EQ(memory.Protect(cpu(), 2 * kK4, kK4, {.write = false}), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, 2 * kK4, 2 * kK4), vcpu::ExitReason::kDataAbort);
  EXPECT_EQ(RunOn(1, guest, 2 * kK4, kK4), vcpu::ExitReason::kHypercall);
}

// The tests above see it: maintenance of this CPU alone leaves the other CPU's entries.
TEST_F(GuestMemoryTest, MaintenanceOfOneCpuIsNotEnough) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kK4, {}), Status::kOk);
  vcpu::Vcpu& guest = MakeGuest(memory);
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall);
  machine_.pe(0).SetAccessFilter([](sim::SoftwareAccess& access) {
    if (access.kind == sim::SoftwareAccess::Kind::kTlbi) {
      access.value = static_cast<std::uint64_t>(hal::Tlbi::kVmallS12E1);
    }
    return true;
  });
  ASSERT_EQ(memory.Unmap(cpu(), 0, kK4), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall) << "by the stale entry";
  machine_.pe(0).SetAccessFilter(nullptr);
}

TEST_F(GuestMemoryTest, ASplitWithoutBreakBeforeMakeIsAViolation) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu& guest = MakeGuest(memory);
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall);
  machine_.pe(0).SetAccessFilter(
      [](sim::SoftwareAccess& access) { return access.kind != sim::SoftwareAccess::Kind::kTlbi; });
  ASSERT_EQ(memory.Unmap(cpu(), kK4, kK4), Status::kOk);
  machine_.pe(0).SetAccessFilter(nullptr);
  const sim::PeState before = machine_.pe(1).Snapshot();
  EXPECT_THROW(RunOn(1, guest, 0, 8), sim::Violation);
  machine_.pe(1).Restore(before);
}

TEST_F(GuestMemoryTest, BroadcastMaintenanceIsDoneTwice) {
  GuestMemory memory;
  CreateWithProgram(memory);
  std::vector<sim::SoftwareAccess::Kind> seen;
  machine_.pe(0).SetAccessFilter([&](sim::SoftwareAccess& access) {
    if (access.kind >= sim::SoftwareAccess::Kind::kDsb) seen.push_back(access.kind);
    return true;
  });
  ASSERT_EQ(memory.Unmap(cpu(), kProgramIpa, kK4), Status::kOk);
  machine_.pe(0).SetAccessFilter(nullptr);
  using enum sim::SoftwareAccess::Kind;
  EXPECT_EQ(seen, (std::vector{kDsb, kTlbi, kDsb, kTlbi, kDsb}));
}

// The registers of whatever is loaded stay as they are.
TEST_F(GuestMemoryTest, MaintenanceOfAnotherVmidLeavesTheLoadedGuests) {
  GuestMemory memory, other;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  ASSERT_EQ(other.Create(pool_, 36, 0x1234), Status::kOk);
  ASSERT_EQ(other.Map(0, kData, kK4, {}), Status::kOk);
  vcpu::Vcpu& guest = MakeGuest(memory);
  EXPECT_EQ(RunOn(0, guest, 0, 8), vcpu::ExitReason::kHypercall);
  const auto before = hal::Cpu::Read<hal::VttbrEl2>();
  ASSERT_EQ(other.Unmap(cpu(), 0, kK4), Status::kOk);
  EXPECT_EQ(hal::Cpu::Read<hal::VttbrEl2>(), before);
  EXPECT_EQ(hal::Cpu::Read<hal::VtcrEl2>(), memory.vtcr());
  EXPECT_EQ(RunOn(0, guest, 0, 8), vcpu::ExitReason::kHypercall);
}

TEST_F(GuestMemoryTest, MaintenanceNeedsAnEnabledCpuOfItsOwn) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 36, 7), Status::kOk);
  ASSERT_EQ(memory.Map(0, kData, kK4, {}), Status::kOk);
  EXPECT_EQ(memory.Unmap(cpus_[1], 0, kK4), Status::kWrongCpu);
  percpu::PerCpu<TestHost> disabled;
  EXPECT_EQ(memory.Protect(disabled, 0, kK4, {}), Status::kNotEnabled);
  EXPECT_EQ(HardwareWalk(memory, 0), kData);
}

TEST_F(GuestMemoryTest, AVmidIsUsedAgainOnlyAfterARollOver) {
  vcpu::VmidAllocator<5> vmids;
  unsigned invalidations = 0;
  machine_.pe(0).SetAccessFilter([&](sim::SoftwareAccess& access) {
    if (access.kind == sim::SoftwareAccess::Kind::kTlbi) {
      EXPECT_EQ(access.value, static_cast<std::uint64_t>(hal::Tlbi::kAllE1Is));
      ++invalidations;
    }
    return true;
  });
  for (std::uint16_t expected = 1; expected <= 3; ++expected) {
    EXPECT_EQ(vmids.Allocate(), expected);
  }
  vmids.Free(2);
  EXPECT_EQ(vmids.Allocate(), 4);
  EXPECT_EQ(vmids.Allocate(), 5);
  EXPECT_EQ(invalidations, 0u);
  EXPECT_EQ(vmids.Allocate(), 2);
  EXPECT_EQ(invalidations, 2u) << "twice: percpu/broadcast_tlbi.h";
  EXPECT_EQ(vmids.Allocate(), std::unexpected(Status::kInvalidArgument));
  machine_.pe(0).SetAccessFilter(nullptr);
}

}  // namespace
}  // namespace trivet::tests::guest_memory_test
