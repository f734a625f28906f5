// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest gets of its host, and the host back, where real instructions show it: pointer
// authentication keys, SVE at EL2, and the modes that a frame can ask for.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "hal/cpu.h"
#include "hal/feature.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests::box_functest {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vectors::GuestPstate;
using vectors::InPlace;
using vectors::InPlaceExit;

constexpr std::uint32_t kHvc1 = 0xd400'0022, kHvc2 = 0xd400'0042;
constexpr std::uint16_t kFromVector = 2;
/// MSR VBAR_EL1, x9; HVC #1 twice. MRS x3, APIAKeyLo_EL1; MSR APIAKeyLo_EL1, x4;
/// HVC #1. LDR x5, [x1]; STR x5, [x2]. Then vectors of HVC #2.
struct Code {
  std::uint32_t start[4] = {0xd518'c009, kHvc1, kHvc1, kHvc1};
  std::uint32_t keys[3] = {0xd538'2103, 0xd518'2104, kHvc1};
  std::uint32_t accesses[2] = {0xf940'0025, 0xf900'0045};
  alignas(2048) std::uint32_t vectors[512];

  constexpr Code() : vectors{} {
    for (std::uint32_t& word : vectors) word = kHvc2;
  }
};
constexpr Code kCode;

[[clang::no_destroy]] vcpu::BlockStage2 stage2;

std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

class Box : public ::testing::TestWithParam<HostKind> {
 protected:
  Box() : machine_(GetParam()) {
    stage2 = {};
    EXPECT_EQ(GuestCode(Address(&kCode)).Map(stage2), Status::kOk);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  }

  vcpu::Config Config(const void* entry, vectors::InPlaceHook hook = nullptr) const {
    return {.entry = Address(entry),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2), 9),
            .in_place = {.synchronous = hook}};
  }
  static bool e2h() { return GetParam() == HostKind::kVhe; }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

// [arm-arm] HCR_EL2.{API, APK}. The keys are those of all exception levels.
TEST_P(Box, AHostThatUsesKeysKeepsThemToItself) {
  if (!Has<Feature::kPauth, Cpu>()) GTEST_SKIP() << "no pointer authentication";
  constexpr std::uint64_t kHosts = 0x1111, kGuests = 0x2222;
  const HcrEl2 before = Cpu::Read<HcrEl2>();
  Cpu::Write<HcrEl2>(before.api(true).apk(true));
  Cpu::Isb();
  Cpu::Write<ApiaKeyLoEl1>(ApiaKeyLoEl1::Value::FromRaw(kHosts));
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(kCode.keys));
  for (const std::uint32_t& access : {kCode.keys[0], kCode.keys[1]}) {
    guest.frame().pc = Address(kCode.keys) + (access == kCode.keys[1] ? 4 : 0);
    guest.frame().x[4] = kGuests;
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->syndrome.exception_class(), vectors::ExceptionClass::kSystem);
    EXPECT_NE(guest.frame().x[3], kHosts);
    EXPECT_EQ(cpu_.Audit(), Status::kOk);
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<ApiaKeyLoEl1>().raw(), kHosts);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), before.api(true).apk(true).raw());
  Cpu::Write<HcrEl2>(before);
  Cpu::Isb();
}

/// The bytes of an SVE vector, by an instruction that CPTR_EL2 can trap: 0 while it does.
std::uint64_t SveBytes() {
  const bool e2h = Cpu::Read<HcrEl2>().e2h();
  const bool trapped =
      e2h ? Cpu::Read<CptrEl2E2h>().zen() != TrapLevels::kNone : Cpu::Read<CptrEl2>().tz();
  std::uint64_t bytes = 0;
  if (trapped) return bytes;
  asm volatile(".arch_extension sve\n rdvl %0, #1" : "=r"(bytes));
  return bytes;
}

TEST_P(Box, AHostThatUsesSveCanAfterAGuest) {
  if (!Has<Feature::kSve, Cpu>()) GTEST_SKIP() << "no SVE";
  const std::uint64_t cptr = Cpu::Read<CptrEl2>().raw();
  if (e2h()) {
    Cpu::Write<CptrEl2E2h>(Cpu::Read<CptrEl2E2h>().fpen(TrapLevels::kNone).zen(TrapLevels::kNone));
  } else {
    Cpu::Write<CptrEl2>(Cpu::Read<CptrEl2>().tz(false).tfp(false));
  }
  Cpu::Isb();
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  EXPECT_GE(SveBytes(), 16u);
  vcpu::Vcpu guest(Config(kCode.start));
  EXPECT_TRUE(guest.Run(cpu_).has_value());
  if (e2h()) EXPECT_GE(SveBytes(), 16u) << "between runs";
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_GE(SveBytes(), 16u);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_GE(SveBytes(), 16u);
  Cpu::Write<CptrEl2>(CptrEl2::FromRaw(cptr));
  Cpu::Isb();
}

// [arm-arm] HPFAR_EL2: UNKNOWN after a permission fault, unless of a stage 1 walk.
TEST_P(Box, AnAccessThatIsDeniedHasNoIntermediateAddressAndNotTheLastOnes) {
  constexpr std::uint64_t kDenied = 0x450, kUnmapped = 0x78'0000'0120;
  constexpr std::uint64_t kWritable = 1 << 7;  // S2AP[1]
  const std::uint64_t block = Address(&kCode) / vcpu::BlockStage2::kBlockSize;
  reinterpret_cast<std::uint64_t*>(&stage2)[block] &= ~kWritable;
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(kCode.accesses));
  guest.frame().x[1] = kUnmapped;
  guest.frame().x[2] = block * vcpu::BlockStage2::kBlockSize + kDenied;
  const Result<vcpu::Exit> unmapped = guest.Run(cpu_);
  ASSERT_TRUE(unmapped.has_value());
  EXPECT_EQ(unmapped->reason, vcpu::ExitReason::kDataAbort);
  EXPECT_TRUE(unmapped->fault.intermediate_address == kUnmapped);
  guest.SkipInstruction(*unmapped);
  const Result<vcpu::Exit> denied = guest.Run(cpu_);
  ASSERT_TRUE(denied.has_value());
  EXPECT_EQ(denied->reason, vcpu::ExitReason::kDataAbort);
  EXPECT_TRUE(denied->syndrome.data_abort().fault.kind == vectors::FaultKind::kPermission);
  EXPECT_FALSE(denied->fault.intermediate_address.has_value());
  EXPECT_TRUE(denied->fault.virtual_address == guest.frame().x[2]);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
}

constexpr std::uint64_t kMasked = 0x3c0;  // PSTATE.{D, A, I, F}
constexpr unsigned kModes = 32;           // Of PSTATE.M[4:0].

/// [arm-arm] SPSR_EL2.M: EL0t, EL1t, EL1h.
bool IsOfAGuest(unsigned mode) { return mode == 0 || mode == 4 || mode == 5; }

TEST_P(Box, AFrameEntersEl0AndEl1InAArch64AndNoOtherMode) {
  const HostView before = HostView::Now();
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(kCode.start));
  guest.frame().x[9] = Address(kCode.vectors);
  ASSERT_TRUE(guest.Run(cpu_).has_value());
  for (unsigned mode = 0; mode < kModes; ++mode) {
    guest.frame().pc = Address(&kCode.start[1]);
    guest.frame().pstate = kMasked | mode;
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    ASSERT_EQ(exit.has_value(), IsOfAGuest(mode)) << mode;
    if (!exit) {
      EXPECT_EQ(exit.error(), Status::kIllegalGuestState) << mode;
      EXPECT_EQ(guest.frame().pc, Address(&kCode.start[1])) << mode;
      continue;
    }
    // HVC is UNDEFINED at EL0: the guest's own vector has the next one.
    EXPECT_EQ(exit->syndrome.immediate(), mode == 0 ? kFromVector : 1) << mode;
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

/// Where the hook of the next test sends the guest: a mode, and whether it was a guest's.
unsigned next_mode;
bool was_admitted;

InPlace SendTo(InPlaceExit& exit) {
  if (exit.pc != Address(&kCode.start[2])) return InPlace::kExit;
  const std::optional<GuestPstate> pstate = GuestPstate::From(kMasked | next_mode);
  was_admitted = pstate.has_value();
  if (!pstate) return InPlace::kExit;
  exit.pstate = *pstate;
  return InPlace::kResume;
}

TEST_P(Box, AHookSendsAGuestToTheseModesAlone) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(kCode.start, &SendTo));
  for (next_mode = 0; next_mode < kModes; ++next_mode) {
    guest.frame().pc = Address(kCode.start);
    guest.frame().pstate = kMasked | 5;
    guest.frame().x[9] = Address(kCode.vectors);
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    ASSERT_TRUE(exit.has_value()) << next_mode;
    EXPECT_EQ(was_admitted, IsOfAGuest(next_mode)) << next_mode;
    if (!was_admitted) continue;
    const std::uint64_t mode = guest.frame().pstate & (kModes - 1);
    EXPECT_EQ(mode, next_mode == 0 ? 5 : next_mode);
    EXPECT_EQ(exit->syndrome.immediate(), next_mode == 0 ? kFromVector : 1);
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, Box,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::box_functest
