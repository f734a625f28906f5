// SPDX-License-Identifier: Apache-2.0 OR MIT
// A physical interrupt that arrives while a guest runs ends the run, is still pending, and reaches
// the host's handler once: FIQ as IRQ. On every environment. SErrors:
// //tests/percpu:interrupt_test.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/features.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/abilities.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;
using vcpu::BlockStage2;
using vcpu::ExitReason;

class InterruptExit : public EachHostKind {
 protected:
  InterruptExit() : machine_(GetParam()), guest_(ConfigGuest(stage2, 9)) {
    ShowToTableWalks(&stage2, sizeof(stage2));
    stage2 = {};
    EXPECT_EQ(MapGuest(stage2), Status::kOk);
    TestHost::Here() = {};
    EXPECT_EQ(cpu_.Create(hal::Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~InterruptExit() override {
    EXPECT_EQ(guest_.Unload(cpu_), Status::kOk);
    EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  }

  /// Runs the guest with an interrupt pending at its first instruction.
  void ExpectExit(ExitReason reason) {
    const Result<vcpu::Exit> exit = guest_.Run(cpu_);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->reason, reason);
    EXPECT_EQ(guest_.frame().pc, PlaceGuest());
    EXPECT_EQ(Irqs() + Fiqs(), 0u) << "nothing is acknowledged on the way";
    OpenInterruptWindow();
    EXPECT_EQ(Irqs(), reason == ExitReason::kIrq ? 1u : 0u);
    EXPECT_EQ(Fiqs(), reason == ExitReason::kFiq ? 1u : 0u);
  }
  static unsigned Irqs() { return TestHost::Here().irqs + HostTableIrqs(); }
  static unsigned Fiqs() { return TestHost::Here().fiqs + HostTableFiqs(); }

  static inline BlockStage2 stage2;
  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  vcpu::Vcpu guest_;
};

TEST_P(InterruptExit, ByIrqLeavesItToTheHost) {
  machine_.TriggerIrq();
  ExpectExit(ExitReason::kIrq);
}

TEST_P(InterruptExit, ByFiqLeavesItToTheHost) {
  if (!Has(Ability::kFiq)) GTEST_SKIP() << "this machine lacks fiq";
  machine_.TriggerFiq();
  ExpectExit(ExitReason::kFiq);
}

/// A host that masks by priority, and has done so since before the run, as one with pseudo-NMIs
/// does.
TEST_P(InterruptExit, EndsTheRunOfAHostThatMasksByPriority) {
  using hal::Cpu;
  using hal::IccPmrEl1;
  if (!hal::Has<hal::Feature::kGicV3, Cpu>()) GTEST_SKIP() << "no GICv3 interface";
  const IccPmrEl1 open = Cpu::Read<IccPmrEl1>();
  for (const std::uint64_t priority : {0x60u, 0xa0u, 0x00u}) {
    const IccPmrEl1 mask = IccPmrEl1::FromRaw(priority);
    Cpu::Write<IccPmrEl1>(mask);
    Cpu::Isb();
    TestHost::Here() = {};
    const unsigned before = Irqs();
    machine_.TriggerIrq();
    const Result<vcpu::Exit> exit = guest_.Run(cpu_);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->reason, ExitReason::kIrq) << priority;
    EXPECT_EQ(Cpu::Read<IccPmrEl1>().raw(), priority);
    Cpu::Write<IccPmrEl1>(open);
    Cpu::Isb();
    OpenInterruptWindow();
    EXPECT_EQ(Irqs(), before + 1) << priority;
  }
}

INSTANTIATE_TEST_SUITE_P(HostKinds, InterruptExit,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
