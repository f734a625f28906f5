// SPDX-License-Identifier: Apache-2.0 OR MIT
// The interrupt of a guest's timer is a level: it falls when the guest's registers are taken off
// the CPU, and rises when they are loaded again. The host sees no spurious one, and none is lost.
// EL2 only: the simulator's timers do not count.

#include <gtest/gtest.h>

#include <variant>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "platforms/runtime/interrupts.h"
#include "platforms/runtime/machine.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/abilities.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using vcpu::BlockStage2;

constexpr unsigned kVirtualTimer = 27;  // [bsa] "PPI assignments".

class GuestTimer : public EachHostKind {
 protected:
  GuestTimer() : machine_(GetParam()), guest_(ConfigGuest(stage2, 11)) {
    stage2 = {};
    EXPECT_EQ(MapGuest(stage2), Status::kOk);
    TestHost::Here() = {};
    // ENABLE; CNTV_CVAL_EL0 is 0: expired.
    guest_.registers().load.Set<CntvCtlEl0>(CntvCtlEl0::Value::FromRaw(1));
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    platforms::EnableInterrupt(kVirtualTimer);
  }
  ~GuestTimer() override {
    platforms::DisableInterrupt(kVirtualTimer);
    EXPECT_EQ(guest_.Unload(cpu_), Status::kOk);
    EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  }

  void ExpectInterrupted() {
    const Result<vcpu::Exit> exit = guest_.Run(cpu_);
    ASSERT_TRUE(exit.has_value());
    EXPECT_EQ(exit->reason, vcpu::ExitReason::kIrq);
    EXPECT_EQ(guest_.frame().pc, PlaceGuest());
  }
  static void ExpectNoneArrives() {
    OpenInterruptWindow();
    EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs(), 0u);
  }

  static inline BlockStage2 stage2;
  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  vcpu::Vcpu guest_;
};

TEST_P(GuestTimer, FallsWithAnUnloadAndIsNeitherLostNorSpurious) {
  using Controller = decltype(platforms::ThisMachine().interrupt_controller);
  const Controller& controller = platforms::ThisMachine().interrupt_controller;
  if (!std::holds_alternative<platforms::GicV3>(controller) &&
      !std::holds_alternative<platforms::GicV2>(controller)) {
    GTEST_SKIP() << "PPIs are a GIC's";
  }
  ExpectInterrupted();
  EXPECT_EQ(guest_.Unload(cpu_), Status::kOk);
  EXPECT_FALSE(AcknowledgeIrq()) << "pending without the guest";
  ExpectNoneArrives();

  ExpectInterrupted();  // Loaded again, it is asserted again.
  const std::uint32_t irq = platforms::AcknowledgeInterrupt();
  EXPECT_EQ(platforms::IntidOf(irq), kVirtualTimer);
  EXPECT_EQ(guest_.Unload(cpu_), Status::kOk);
  platforms::EndInterrupt(irq);
  ExpectNoneArrives();
}

INSTANTIATE_TEST_SUITE_P(HostKinds, GuestTimer,
                         ::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kNvheTge,
                                           percpu::HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
