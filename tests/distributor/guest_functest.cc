// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest's loads and stores of its Distributor, by stage 2 traps, on the GIC of this machine.

#include <gtest/gtest.h>

#include <cstdint>
#include <variant>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/machine.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/access.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vgic/distributor/gic_v2.h"
#include "vgic/distributor/gic_v3.h"
#include "vgic/distributor/physical_gic.h"
#include "vgic/distributor/redistributor.h"

namespace trivet::tests {
namespace {

using hal::Cpu;
using vgic::GuestCpu;
using vgic::GuestCpus;
using vgic::RegisterAccess;

using Memory = vgic::PhysicalGic;

/// LDRB, LDR W, LDR X and STRB, STR W, STR X of w2 or x2 at [x1], each with HVC #1 behind it.
constexpr std::uint32_t kHvc1 = 0xd400'0022;
struct Pair {
  std::uint32_t instruction, hvc = kHvc1;
};
constexpr Pair kLoads[] = {{0x3940'0022}, {0xb940'0022}, {0xf940'0022}};
constexpr Pair kStores[] = {{0x3900'0022}, {0xb900'0022}, {0xf900'0022}};
constexpr unsigned IndexOfWidth(unsigned bytes) { return bytes == 1 ? 0 : bytes / 4; }

constexpr std::uint64_t kDistributor = 0x78'0000'0000;  ///< IPAs without a mapping.
constexpr std::uint64_t kRedistributors = 0x78'0010'0000;

[[clang::no_destroy]] vcpu::BlockStage2 stage2;
[[clang::no_destroy]] vgic::OwnerTable owners;
std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

constexpr vgic::GuestNumber kGuest = 1, kOther = 2;
constexpr std::uint32_t kPrivate = 0x0e00'00ff;  ///< Some PPIs, SGIs 0 to 7.
constexpr std::uint64_t kGuestAffinity = 0x00'0003;

/// A guest of one CPU whose accesses of [kDistributor, ...) `Device` answers.
template <class Device>
class TrappedGuest {
 public:
  TrappedGuest(percpu::PerCpu<TestHost>& cpu, Device& device)
      : cpu_(cpu),
        device_(device),
        guest_({.entry = Address(kLoads),
                .vtcr = vcpu::BlockStage2::vtcr(),
                .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2), 9)}) {}
  ~TrappedGuest() { EXPECT_EQ(guest_.Unload(cpu_), Status::kOk); }

  std::uint64_t Load(std::uint64_t address, unsigned bytes) {
    Run(kLoads[IndexOfWidth(bytes)], address);
    return guest_.frame().x[2];
  }
  void Store(std::uint64_t address, unsigned bytes, std::uint64_t value) {
    guest_.frame().x[2] = value;
    Run(kStores[IndexOfWidth(bytes)], address);
  }

 private:
  void Run(const Pair& pair, std::uint64_t address) {
    guest_.frame().pc = Address(&pair);
    guest_.frame().x[1] = address;
    for (;;) {
      const Result<vcpu::Exit> exit = guest_.Run(cpu_);
      if (exit && exit->reason == vcpu::ExitReason::kHypercall) return;
      const auto access = exit ? vcpu::Access::Of(*exit) : std::nullopt;
      if (!access) {
        ADD_FAILURE() << "not an access: " << address;
        return;
      }
      Complete(*access);
    }
  }
  void Complete(const vcpu::Access& access) {
    if (access.is_write) {
      device_.Write(access.address, access.bytes, vcpu::StoredValue(access, guest_.frame()));
      vcpu::CompleteStore(guest_.frame());
    } else {
      vcpu::CompleteLoad(access, device_.Read(access.address, access.bytes), guest_.frame());
    }
  }

  percpu::PerCpu<TestHost>& cpu_;
  Device& device_;
  vcpu::Vcpu guest_;
};

class GuestDistributorTest : public ::testing::Test {
 protected:
  GuestDistributorTest() {
    stage2 = {};
    EXPECT_EQ(GuestCode(Address(kLoads)).Map(stage2), Status::kOk);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    for (unsigned intid = 32; intid < vgic::kIntids; ++intid) {
      EXPECT_TRUE(owners.Give(intid, intid % 3 == 0 ? kOther : intid % 3 == 1 ? kGuest : 0));
    }
  }
  ~GuestDistributorTest() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  /// Every word of IGROUPR to ICFGR at `ipa`, which are the registers at `physical`, of the
  /// interrupts from 32 * `first` to 32 * `end`: reads are the own bits, writes change no others.
  template <class Device>
  static void ExpectFiltered(TrappedGuest<Device>& guest, std::uint64_t ipa,
                             std::uintptr_t physical, unsigned first, unsigned end,
                             std::uint32_t own_private) {
    const auto own = [&](unsigned word) {
      return word == 0 ? own_private : owners.WordOf(kGuest, word);
    };
    for (std::uint32_t group = 0x80; group < 0x400; group += 0x80) {
      for (unsigned word = first; word < end; ++word) {
        const std::uint32_t at = group + word * 4, mask = own(word);
        const std::uint32_t before = Memory::Read32(physical + at);
        EXPECT_EQ(guest.Load(ipa + at, 4), group == 0x80 ? mask : before & mask) << at;
        guest.Store(ipa + at, 4, ~0u);
        const std::uint32_t after = Memory::Read32(physical + at);
        EXPECT_EQ(after & ~mask, before & ~mask) << at;
        const bool clears = group == 0x180 || group == 0x280 || group == 0x380;
        if (clears) EXPECT_EQ(after & mask, 0u) << at;
        // As it was: nothing becomes both pending and enabled.
        if (group == 0x100 || group == 0x200 || group == 0x300) {
          guest.Store(ipa + at + 0x80, 4, ~0u);
          Memory::Write32(physical + at, before);
          EXPECT_EQ(Memory::Read32(physical + at), before) << at;
        }
      }
    }
    for (unsigned intid = first * 32; intid < end * 32; intid += 4) {
      ExpectPriorities(guest, ipa + 0x400 + intid, physical + 0x400 + intid,
                       own(intid / 32) >> intid % 32 & 0xf);
    }
  }
  /// Four priorities, of which `own` are the guest's.
  template <class Device>
  static void ExpectPriorities(TrappedGuest<Device>& guest, std::uint64_t ipa,
                               std::uintptr_t physical, std::uint32_t own) {
    std::uint32_t mask = 0;
    for (unsigned i = 0; i < 4; ++i) mask |= (own >> i & 1) != 0 ? 0xffu << 8 * i : 0;
    const std::uint32_t before = Memory::Read32(physical);
    EXPECT_EQ(guest.Load(ipa, 4), before & mask);
    guest.Store(ipa, 4, 0x5050'5050);
    EXPECT_EQ(Memory::Read32(physical), (before & ~mask) | (0x5050'5050 & mask));
    for (unsigned i = 0; i < 4; ++i) guest.Store(ipa + i, 1, 0x60 + 8 * i);
    EXPECT_EQ(Memory::Read32(physical), (before & ~mask) | (0x7870'6860 & mask));
    EXPECT_EQ(guest.Load(ipa + 2, 1), 0x7870'6860u >> 16 & mask >> 16 & 0xff);
    Memory::Write32(physical, before);
  }
  static unsigned WordsOf(std::uintptr_t distributor) {
    const unsigned words = (Memory::Read32(distributor + 4) & 31) + 1;
    return words < 32 ? words : 31;
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

struct DevicesV3 {
  vgic::GuestDistributorV3<Memory> distributor;
  vgic::GuestRedistributors<Memory> redistributors;

  std::uint64_t Read(std::uint64_t at, unsigned bytes) {
    if (at >= kRedistributors) return redistributors.Read(Of(at - kRedistributors, bytes));
    return distributor.Read(Of(at - kDistributor, bytes), 0);
  }
  void Write(std::uint64_t at, unsigned bytes, std::uint64_t value) {
    if (at >= kRedistributors) return redistributors.Write(Of(at - kRedistributors, bytes), value);
    distributor.Write(Of(at - kDistributor, bytes), value);
  }
  static RegisterAccess Of(std::uint64_t offset, unsigned bytes) {
    return {static_cast<std::uint32_t>(offset), bytes};
  }
};

TEST_F(GuestDistributorTest, OfAGicV3IsThePhysicalOnesOwnPart) {
  const auto* gic = std::get_if<platforms::GicV3>(&platforms::ThisMachine().interrupt_controller);
  if (gic == nullptr) GTEST_SKIP() << "no GICv3";
  const GuestCpu cpus[] = {{.guest_affinity = kGuestAffinity,
                            .affinity = Cpu::CurrentCpu().affinity,
                            .redistributor = gic->FrameOfThisCpu()}};
  DevicesV3 devices = {.distributor = {gic->distributor, owners, kGuest, GuestCpus(cpus)},
                       .redistributors = {GuestCpus(cpus), kPrivate}};
  devices.distributor.Reset();
  TrappedGuest guest(cpu_, devices);
  // As a kernel begins: off, which is acknowledged, then Group 1 with affinity routing.
  guest.Store(kDistributor, 4, 0);
  EXPECT_EQ(guest.Load(kDistributor, 4) & 1u << 31, 0u);
  guest.Store(kDistributor, 4, 0x12);
  EXPECT_EQ(guest.Load(kDistributor, 4) & 0x12, 0x12u);
  EXPECT_EQ(guest.Load(kDistributor + 0xffe8, 4) >> 4 & 0xf, 3u);  // PIDR2.ArchRev
  EXPECT_EQ(guest.Load(kRedistributors + 8, 8), kGuestAffinity << 32 | 1 << 4);
  guest.Store(kRedistributors + 0x14, 4, 0);
  EXPECT_EQ(guest.Load(kRedistributors + 0x14, 4), 0u);
  ExpectFiltered(guest, kDistributor, gic->distributor, 1, WordsOf(gic->distributor), 0);
  ExpectFiltered(guest, kRedistributors + 0x1'0000, gic->FrameOfThisCpu() + 0x1'0000, 0, 1,
                 kPrivate);
  for (const unsigned intid : {33u, 34u, 35u}) {
    const std::uintptr_t route = gic->distributor + 0x6000 + intid * 8;
    const std::uint64_t before = Memory::Read64(route);
    guest.Store(kDistributor + 0x6000 + intid * 8, 8, kGuestAffinity);
    const bool own = owners.OwnerOf(intid) == kGuest;
    EXPECT_EQ(Memory::Read64(route), own ? cpus[0].affinity : before);
    EXPECT_EQ(guest.Load(kDistributor + 0x6000 + intid * 8, 8), own ? kGuestAffinity : 0);
    Memory::Write64(route, before);
  }
}

struct DevicesV2 {
  vgic::GuestDistributorV2<Memory> distributor;

  std::uint64_t Read(std::uint64_t at, unsigned bytes) {
    return distributor.Read(DevicesV3::Of(at - kDistributor, bytes), 0);
  }
  void Write(std::uint64_t at, unsigned bytes, std::uint64_t value) {
    distributor.Write(DevicesV3::Of(at - kDistributor, bytes), value);
  }
};

TEST_F(GuestDistributorTest, OfAGicV2IsThePhysicalOnesOwnPart) {
  const auto* gic = std::get_if<platforms::GicV2>(&platforms::ThisMachine().interrupt_controller);
  if (gic == nullptr) GTEST_SKIP() << "no GICv2";
  const std::uint32_t mine = Memory::Read32(gic->distributor + 0x800) & 0xff;
  const GuestCpu cpus[] = {{.guest_affinity = kGuestAffinity,
                            .affinity = Cpu::CurrentCpu().affinity,
                            .interface = static_cast<std::uint8_t>(__builtin_ctz(mine | 0x100))}};
  // Not the SGIs: they cannot be made pending or disabled by these registers.
  constexpr std::uint32_t kPpis = kPrivate & 0xffff'0000;
  DevicesV2 devices = {.distributor = {gic->distributor, owners, kGuest, GuestCpus(cpus), kPpis}};
  devices.distributor.Reset();
  TrappedGuest guest(cpu_, devices);
  guest.Store(kDistributor, 4, 0);
  guest.Store(kDistributor, 4, 1);
  EXPECT_EQ(guest.Load(kDistributor, 4), 1u);
  EXPECT_EQ(guest.Load(kDistributor + 4, 4) >> 5 & 7, 0u);
  ExpectFiltered(guest, kDistributor, gic->distributor, 0, WordsOf(gic->distributor), kPpis);
  for (const unsigned intid : {33u, 34u, 35u}) {
    const std::uintptr_t targets = gic->distributor + 0x800 + (intid & ~3u);
    const std::uint32_t before = Memory::Read32(targets);
    guest.Store(kDistributor + 0x800 + intid, 1, 0xff);
    const bool own = owners.OwnerOf(intid) == kGuest;
    const std::uint32_t lane = 0xffu << 8 * (intid % 4);
    EXPECT_EQ(Memory::Read32(targets) & ~lane, before & ~lane);
    EXPECT_EQ(guest.Load(kDistributor + 0x800 + intid, 1), own ? 1u : 0);
    Memory::Write32(targets, before);
  }
}

}  // namespace
}  // namespace trivet::tests
