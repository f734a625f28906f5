// SPDX-License-Identifier: Apache-2.0 OR MIT
// The IPA of a permission fault of a guest whose stage 1 maps it elsewhere, by EL1 and EL0, loads,
// stores and fetches, under tables that another CPU has changed meanwhile. EL2 only: the simulator
// has no stage 1.

#include <gtest/gtest.h>

#include <cstdint>
#include <tuple>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2/descriptor.h"
#include "vcpu/vcpu.h"
#include "vectors/in_place.h"

// A load, a store, cache maintenance and a branch, each of X1.
asm(R"(
  .section .text.trivet_test_accesses, "ax"
  .balign 64
trivet_test_accesses:
  ldr x5, [x1]
  str x5, [x1]
  dc cvac, x1
  br x1
  .previous
)");
extern "C" const char trivet_test_accesses[];

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kBlock = vcpu::BlockStage2::kBlockSize;
constexpr std::uint64_t kVirtual = 3 * kBlock + 0x12'3450;
constexpr std::uint64_t kIpa = 5 * kBlock, kHoleIpa = 6 * kBlock;
constexpr std::uint64_t kNoMemory = 128 * kBlock;  ///< Physical.

/// Stage 1, 4 KiB granule: a block at level 1, inner shareable, accessed before.
constexpr std::uint64_t Stage1Block(std::uint64_t ipa, std::uint64_t permissions) {
  return ipa | permissions | 3 << 8 | 1 << 10 | 1;
}
constexpr std::uint64_t kForEl0 = 1 << 6, kReadOnly = 1 << 7;
constexpr std::uint64_t kNeverAtEl0 = std::uint64_t{1} << 54;

alignas(4096) std::uint64_t stage1[512];

/// Between the fault and the exit, as another CPU of the guest might.
struct Change {
  std::uint64_t descriptor;
  static vectors::InPlace Make(vectors::InPlaceExit& exit) {
    stage1[3] = static_cast<Change*>(exit.guest->in_place.context)->descriptor;
    asm volatile("dsb sy" ::: "memory");
    return vectors::InPlace::kExit;
  }
};

struct Access {
  const char* name;
  unsigned instruction;  ///< Of trivet_test_accesses.
  std::uint64_t pstate;
  std::uint64_t permissions;  ///< Of the page, as little as it needs.
};
constexpr std::uint64_t kEl0 = 0x3c0, kEl1 = 0x3c5;
constexpr Access kAccesses[] = {
    {"EL1 loads", 0, kEl1, kReadOnly | kNeverAtEl0},
    {"EL1 stores", 1, kEl1, kNeverAtEl0},
    {"EL1 maintains", 2, kEl1, kReadOnly | kNeverAtEl0},
    {"EL1 fetches", 3, kEl1, kReadOnly | kNeverAtEl0},
    {"EL0 loads", 0, kEl0, kForEl0 | kReadOnly},
    {"EL0 stores", 1, kEl0, kForEl0},
    {"EL0 fetches what it may not read", 3, kEl0, kReadOnly},
};

class FaultTranslation : public ::testing::TestWithParam<percpu::HostKind> {
 protected:
  FaultTranslation() : machine_(GetParam()) {
    stage2_ = {};
    EXPECT_EQ(code_.Map(stage2_), Status::kOk);
    EXPECT_EQ(stage2_.Map(kHoleIpa, kNoMemory, vcpu::MemoryType::kNormal), Status::kOk);
    // No access at all: S2AP is 0, XN 0b10.
    reinterpret_cast<std::uint64_t*>(&stage2_)[kIpa / kBlock] =
        kNoMemory | 0xf << 2 | 3 << 8 | 1 << 10 | std::uint64_t{1} << 54 | 1;
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~FaultTranslation() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  /// The IPA of the exit that `access` of kVirtual makes.
  std::optional<std::uint64_t> AddressOf(const Access& access, Change* change = nullptr) {
    vcpu::Config config = {.entry = code_.entry() + access.instruction * 4,
                           .vtcr = vcpu::BlockStage2::vtcr(),
                           .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), vmid_++),
                           .translates_faults = true};
    if (change != nullptr) config.in_place = {.synchronous = &Change::Make, .context = change};
    stage1[code_.entry() / kBlock] = Stage1Block(code_.entry() / kBlock * kBlock, 0);
    if (access.pstate == kEl0) stage1[code_.entry() / kBlock] |= kForEl0 | kReadOnly;
    stage1[3] = Stage1Block(kIpa, access.permissions);
    vcpu::Vcpu guest(config);
    TurnStage1On(guest);
    guest.frame().pstate = access.pstate;
    guest.frame().x[1] = kVirtual;
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value());
    EXPECT_TRUE(exit && vcpu::IsAbort(exit->reason));
    EXPECT_EQ(exit->fault.virtual_address, kVirtual);
    const auto code = static_cast<std::uint8_t>(exit->syndrome.raw() & 0x3f);
    EXPECT_EQ(vectors::DecodeFaultStatus(code).kind, vectors::FaultKind::kPermission);
    EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    EXPECT_EQ(guest.registers().run.Get<ParEl1>().raw(), kGuestPar);
    return exit->fault.intermediate_address;
  }

  static constexpr std::uint64_t kGuestPar = 0x6d00'0000'4321'0b00;
  static inline constinit vcpu::BlockStage2 stage2_;
  static inline std::uint16_t vmid_ = 20;
  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  GuestCode code_{reinterpret_cast<std::uint64_t>(&trivet_test_accesses)};

 private:
  /// 39-bit addresses, translated by `stage1` alone.
  void TurnStage1On(vcpu::Vcpu& guest) {
    const std::uint64_t table = PhysicalAddressOf(&stage1) % (512 * kBlock);
    auto& registers = guest.registers();
    registers.load.Set<MairEl1>(MairEl1::FromRaw(0xff));
    // T0SZ, cacheable and inner shareable walks, EPD1, 40-bit IPAs.
    constexpr std::uint64_t kTcr =
        25 | 1 << 8 | 1 << 10 | 3 << 12 | 1 << 23 | std::uint64_t{2} << 32;
    registers.load.Set<TcrEl1>(TcrEl1::FromRaw(kTcr));
    registers.load.Set<Ttbr0El1>(Ttbr0El1::FromRaw(table));
    registers.load.Set<SctlrEl1>(SctlrEl1::Inert().m(true).c(true).i(true).uci(true));
    registers.run.Set<ParEl1>(ParEl1::FromRaw(kGuestPar));
  }
};

TEST_P(FaultTranslation, FindsWhereStage1MapsTheAddress) {
  for (const Access& access : kAccesses) {
    SCOPED_TRACE(access.name);
    EXPECT_EQ(AddressOf(access), kIpa + kVirtual % kBlock);
  }
}

TEST_P(FaultTranslation, FindsNothingWhereStage1MapsNothingAnyMore) {
  Change change = {.descriptor = 0};
  for (const Access& access : kAccesses) {
    SCOPED_TRACE(access.name);
    EXPECT_EQ(AddressOf(access, &change), std::nullopt);
  }
}

TEST_P(FaultTranslation, SurvivesAWalkThatTheMemoryAborts) {
  Change change = {.descriptor = kHoleIpa | 3};
  const std::uint64_t vbar = Cpu::Read<VbarEl2>().raw();
  for (const Access& access : kAccesses) {
    SCOPED_TRACE(access.name);
    EXPECT_EQ(AddressOf(access, &change), std::nullopt);
  }
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), vbar);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, FaultTranslation,
                         ::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kNvheTge,
                                           percpu::HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
