// A guest that runs AArch32 leaves like any other: through the table's last four slots, on the
// host's own stack, as an exit that says so. EL2 only: the simulator has no AArch32.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// A guest at EL1 in AArch32: RW clear while it runs.
struct AArch32Policy {
  static constexpr HcrEl2 kHcrSet = HcrEl2().vm(true).imo(true).fmo(true).amo(true);
  static constexpr HcrEl2 kHcrClear = HcrEl2().rw(true);
  static constexpr percpu::VectorSwitch kVectors = percpu::VectorSwitch::kPerRun;
};

/// HVC #0, then a branch to itself. [arm-arm] "HVC" A1, "B" A1.
alignas(64) constexpr std::uint32_t kCode[] = {0xe140'0070, 0xeaff'fffe};
/// Supervisor mode, A, I and F masked. [arm-arm] SPSR_EL2, exception from AArch32.
constexpr std::uint64_t kSupervisor = 0x1d3;
/// ID_AA64PFR0_EL1.EL1: AArch64 and AArch32.
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
  static bool CpuHasAArch32() {
    return (Cpu::Read<IdAa64Pfr0El1>().raw() >> 4 & 0xf) == kBothStates;
  }

  Machine machine_;
  percpu::PerCpu<TestHost, AArch32Policy> cpu_;
};

// V1: an exception from AArch32 ran on the guest's structure as its stack.
TEST_F(AArch32Guest, LeavesWithAnExitThatSaysSo) {
  if (!CpuHasAArch32()) GTEST_SKIP() << "EL1 is AArch64 only";
  const HostView before = HostView::Now();
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config());
  guest.frame().pstate = kSupervisor;
  const Result<vcpu::Exit> exit = guest.Run(cpu_);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, vcpu::ExitReason::kAArch32);
  EXPECT_EQ(guest.frame().pc, reinterpret_cast<std::uint64_t>(kCode) + 4);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

}  // namespace
}  // namespace trivet::tests
