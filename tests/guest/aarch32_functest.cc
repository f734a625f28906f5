// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest that runs AArch32 at EL0, which nothing can trap, leaves like any other, and is not
// entered again: Trivet supports AArch64 guests. [arm-arm] "Exception vectors": the slot is that of
// EL1's state.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests::aarch32_functest {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// EL1, AArch64: SPSR_EL1 from x0, ELR_EL1 from x1, ERET. Then EL0, AArch32: LDR r0, [r2].
alignas(64) constexpr std::uint32_t kCode[] = {0xd518'4000, 0xd518'4021, 0xd69f'03e0, 0xe592'0000};
constexpr std::uint64_t kAArch32Code = 3 * sizeof(kCode[0]);
/// User mode; Supervisor mode; A, I and F masked. [arm-arm] SPSR_EL1, SPSR_EL2.
constexpr std::uint64_t kUser = 0x1d0, kSupervisor = 0x1d3;
/// In another block of 1 GiB than the code.
constexpr std::uint64_t kUnmappedIpa = 0xf000'0000;
/// ID_AA64PFR0_EL1.EL0: AArch64 and AArch32.
constexpr std::uint64_t kBothStates = 2;

vcpu::BlockStage2 stage2;

class AArch32Guest : public ::testing::Test {
 protected:
  AArch32Guest() {
    const auto code = reinterpret_cast<std::uint64_t>(kCode);
    const std::uint64_t block =
        code / vcpu::BlockStage2::kBlockSize * vcpu::BlockStage2::kBlockSize;
    EXPECT_EQ(stage2.Map(block, block, vcpu::MemoryType::kNormal), Status::kOk);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  }

  vcpu::Config Config() const {
    const auto table = reinterpret_cast<std::uint64_t>(&stage2);
    return {.entry = reinterpret_cast<std::uint64_t>(kCode),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, 7)};
  }
  static bool CpuHasAArch32() { return (Cpu::Read<IdAa64Pfr0El1>().raw() & 0xf) == kBothStates; }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

// V1: an exception from AArch32 ran on the guest's structure as its stack.
TEST_F(AArch32Guest, LeavesLikeAnyOtherAndIsNotEnteredAgain) {
  if (!CpuHasAArch32()) GTEST_SKIP() << "EL0 is AArch64 only";
  const HostView before = HostView::Now();
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config());
  guest.frame().x[0] = kUser;
  guest.frame().x[1] = guest.frame().pc + kAArch32Code;
  guest.frame().x[2] = kUnmappedIpa;
  const Result<vcpu::Exit> exit = guest.Run(cpu_);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, vcpu::ExitReason::kDataAbort);
  EXPECT_EQ(guest.frame().pc, reinterpret_cast<std::uint64_t>(kCode) + kAArch32Code);
  EXPECT_EQ(guest.Run(cpu_).error_or(Status::kOk), Status::kIllegalGuestState);
  guest.frame().pstate = kSupervisor;
  EXPECT_EQ(guest.Run(cpu_).error_or(Status::kOk), Status::kIllegalGuestState);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

}  // namespace
}  // namespace trivet::tests::aarch32_functest
