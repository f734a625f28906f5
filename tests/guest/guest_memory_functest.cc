// SPDX-License-Identifier: Apache-2.0 OR MIT
// GuestMemory under real table walks and a real TLB. EL2 only.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/rom.h"
#include "vcpu/vcpu.h"

namespace trivet::tests::guest_memory_functest {
namespace {

using vcpu::ExitReason;
using vcpu::GuestMemory;

constexpr std::uint64_t kK4 = 1 << 12, kM2 = 1 << 21;
constexpr std::uint64_t kCodeIpa = 0x8000'0000, kDataIpa = 0x4000'0000;

/// LDR x5, [x1]; STR x6, [x2]; HVC #1
struct alignas(kK4) Code {
  std::uint32_t words[3] = {0xf940'0025, 0xf900'0046, 0xd400'0022};
};
constexpr Code kCode;

/// Two pages, in the middle of a block's worth of memory that is mapped as one.
struct alignas(kK4) Page {
  std::uint64_t words[kK4 / 8];
};
Page pages[2];

vcpu::TablePoolMemory<24> tables;

std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

class GuestMemoryOnHardware : public ::testing::TestWithParam<percpu::HostKind> {
 protected:
  GuestMemoryOnHardware() : machine_(GetParam()) {
    tables = {};
    EXPECT_EQ(cpu_.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    if (GetParam() == percpu::HostKind::kNvhe) ExpectSizeOfCpu(hal::Cpu::Read<hal::VtcrEl2>());
  }
  ~GuestMemoryOnHardware() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  static void ExpectSizeOfCpu(hal::VtcrEl2 vtcr) {
    const hal::PhysicalSize size = hal::Cpu::Read<hal::IdAa64Mmfr0El1>().parange();
    EXPECT_TRUE(vtcr.ps() == std::min(size, hal::PhysicalSize::k48Bits));
  }
  /// The guest's IPA of the first page; all of its 2 MiB block of memory is mapped by one block.
  std::uint64_t MapAround(GuestMemory& memory) const {
    const std::uint64_t block = Address(pages) & ~(kM2 - 1);
    EXPECT_EQ(memory.Map(kCodeIpa, Address(&kCode), kK4, {}), Status::kOk);
    EXPECT_EQ(memory.Map(kDataIpa, block, 2 * kM2, {}), Status::kOk);
    return kDataIpa + (Address(pages) - block);
  }
  ExitReason Run(vcpu::Vcpu& guest, std::uint64_t load, std::uint64_t store) {
    guest.frame().pc = kCodeIpa;
    guest.frame().x[1] = load;
    guest.frame().x[2] = store;
    const auto exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value());
    return exit->reason;
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  vcpu::TablePool pool_{tables.tables, tables.used, Address(tables.tables)};
};

TEST_P(GuestMemoryOnHardware, AGuestReachesWhatIsMappedAndNoMore) {
  for (const unsigned bits : {32u, 36u, 39u, 40u}) {
    SCOPED_TRACE(bits);
    GuestMemory memory;
    if (memory.Create(pool_, bits, 9) == Status::kInvalidArgument) continue;  // The CPU's limit.
    ExpectSizeOfCpu(memory.vtcr());
    EXPECT_EQ(memory.vtcr().vs(), (hal::Has<hal::Feature::kVmid16, hal::Cpu>()));
    const std::uint64_t first = MapAround(memory), second = first + kK4;
    vcpu::Vcpu guest({.entry = kCodeIpa, .vtcr = memory.vtcr(), .vttbr = memory.vttbr()});
    pages[0].words[0] = 0x1111 + bits;
    guest.frame().x[6] = 0x2222 + bits;
    EXPECT_EQ(Run(guest, first, second), ExitReason::kHypercall);
    EXPECT_EQ(guest.frame().x[5], 0x1111 + bits);
    EXPECT_EQ(pages[1].words[0], 0x2222 + bits);

    EXPECT_EQ(memory.Protect(cpu_, second, kK4, {.write = false}), Status::kOk);
    EXPECT_EQ(Run(guest, second, second), ExitReason::kDataAbort) << "of the store";
    EXPECT_EQ(guest.frame().pc, kCodeIpa + 4);
    EXPECT_EQ(memory.Protect(cpu_, second, kK4, {}), Status::kOk);
    EXPECT_EQ(Run(guest, second, second), ExitReason::kHypercall);

    EXPECT_EQ(memory.Unmap(cpu_, first, kK4), Status::kOk);
    EXPECT_EQ(Run(guest, first, second), ExitReason::kDataAbort) << "of the load";
    EXPECT_EQ(guest.frame().pc, kCodeIpa);
    EXPECT_EQ(memory.Map(first, Address(&pages[1]), kK4, {}), Status::kOk);
    EXPECT_EQ(Run(guest, first, second), ExitReason::kHypercall);
    EXPECT_EQ(guest.frame().x[5], 0x2222 + bits);

    EXPECT_EQ(memory.Protect(cpu_, kCodeIpa, kK4, {.execute = false}), Status::kOk);
    EXPECT_EQ(Run(guest, first, second), ExitReason::kInstructionAbort);
    EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    EXPECT_EQ(cpu_.InvalidateStage2(memory.vtcr(), memory.vttbr()), Status::kOk);
    memory.Destroy();
    EXPECT_EQ(pool_.available(), std::size(tables.tables));
  }
}

// At address 0, where a firmware that was built for flash stores too.
TEST_P(GuestMemoryOnHardware, AStoreToARomHasNoEffect) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 36, 9), Status::kOk);
  const vcpu::Rom rom = {.ipa = 0, .pa = Address(pages), .size = 2 * kK4};
  EXPECT_EQ(memory.Map(kCodeIpa, Address(&kCode), kK4, {}), Status::kOk);
  EXPECT_EQ(rom.MapIn(memory), Status::kOk);
  vcpu::Vcpu guest({.entry = kCodeIpa,
                    .vtcr = memory.vtcr(),
                    .vttbr = memory.vttbr(),
                    .translates_faults = true});
  pages[1].words[3] = 0x3333;
  guest.frame().pc = kCodeIpa;
  guest.frame().x[1] = guest.frame().x[2] = kK4 + 24;
  guest.frame().x[6] = 0x4444;
  const auto store = guest.Run(cpu_);
  ASSERT_TRUE(store.has_value());
  EXPECT_TRUE(rom.IgnoreStore(*store, guest.frame()));
  const auto call = guest.Run(cpu_);
  ASSERT_TRUE(call.has_value());
  EXPECT_EQ(call->reason, ExitReason::kHypercall);
  EXPECT_FALSE(rom.IgnoreStore(*call, guest.frame()));
  EXPECT_EQ(guest.frame().pc, kCodeIpa + 12);
  EXPECT_EQ(guest.frame().x[5], 0x3333u);
  EXPECT_EQ(pages[1].words[3], 0x3333u);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_EQ(cpu_.InvalidateStage2(memory.vtcr(), memory.vttbr()), Status::kOk);
  memory.Destroy();
}

INSTANTIATE_TEST_SUITE_P(EveryHost, GuestMemoryOnHardware,
                         ::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::guest_memory_functest
