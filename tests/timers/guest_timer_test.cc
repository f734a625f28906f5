// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a timer of a vCPU that is not loaded tells its manager.

#include "vgic/timers/guest_timer.h"

#include <gtest/gtest.h>

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/timers/saved_timers.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::vgic {
namespace {

class GuestTimerTest : public ::testing::Test {
 protected:
  GuestTimerTest() {
    hal::Cpu::Write<hal::IccSreEl2>(hal::IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
    hal::Cpu::Isb();
    EXPECT_EQ(manager_.Create(), Status::kOk);
    manager_.controls().vmcr = hal::IchVmcrEl2().vpmr(0xf8).veng1(true);
  }
  /// How many interrupts are pending or active.
  unsigned Held() {
    unsigned held = 0;
    manager_.ForEach([&](ListRegister) { ++held; });
    return held;
  }

  static constexpr TimerState kExpired = {.control = 1, .compare = 10, .offset = 5};
  sim::Pe pe_{sim::ProfileNamed("max")};
  sim::ScopedPe current_{pe_};
  VirtualCpuInterface<GicV3Interface, 4, 1> manager_;
  GuestTimer<decltype(manager_)> timer_{manager_, kVirtualTimer, kVirtualTimer, 0x80};
};

TEST_F(GuestTimerTest, IsPendingWhileItsRegistersSaySo) {
  EXPECT_EQ(timer_.Check(kExpired, 14), Status::kOk);
  EXPECT_EQ(Held(), 0u);
  EXPECT_EQ(timer_.Check(kExpired, 15), Status::kOk);
  EXPECT_EQ(timer_.Check(kExpired, 16), Status::kOk);
  EXPECT_EQ(Held(), 1u);
  EXPECT_TRUE(manager_.HasPending());
}

/// The guest masked or moved it while the interrupt was pending in a list register.
TEST_F(GuestTimerTest, IsTakenBackWhenItsRegistersSayNoLonger) {
  EXPECT_EQ(timer_.Check(kExpired, 15), Status::kOk);
  EXPECT_EQ(timer_.Check({.control = 3, .compare = 10, .offset = 5}, 16), Status::kOk);
  EXPECT_EQ(Held(), 0u);
  EXPECT_FALSE(manager_.HasPending());
}

/// Otherwise a guest that handles what hardware raises would find another one behind it.
TEST_F(GuestTimerTest, IsTheHardwaresAloneFromALoadOn) {
  EXPECT_EQ(timer_.Check(kExpired, 15), Status::kOk);
  EXPECT_EQ(timer_.Loading(), Status::kOk);
  EXPECT_EQ(Held(), 0u);
  EXPECT_EQ(timer_.Fired(), Status::kOk);
  manager_.ForEach([](ListRegister value) {
    EXPECT_TRUE(value.hw());
    EXPECT_EQ(value.pintid(), kVirtualTimer);
    EXPECT_EQ(value.priority(), 0x80);
  });
  EXPECT_EQ(Held(), 1u);
}

TEST(SavedTimers, AreTheGuestsByItsCapabilities) {
  percpu::GuestRegisters saved;
  saved.load.Set<hal::CntvCtlEl0>(hal::CntvCtlEl0::FromRaw(1));
  saved.load.Set<hal::CntvCvalEl0>(hal::CntvCvalEl0::FromRaw(100));
  saved.opened_load.Set<hal::CntpCtlEl0>(hal::CntpCtlEl0::FromRaw(1));
  saved.opened_load.Set<hal::CntpCvalEl0>(hal::CntpCvalEl0::FromRaw(200));
  EXPECT_EQ(VirtualTimerOf(saved, 7).Deadline(50), 107u);
  EXPECT_FALSE(PhysicalTimerOf(saved).Deadline(50));
  saved.open = hal::Capability::kPhysicalTimer;
  EXPECT_EQ(PhysicalTimerOf(saved).Deadline(50), 200u);
}

}  // namespace
}  // namespace trivet::vgic
