// Guests that open different capabilities, one after the other: the host gets every register back.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/sim_backend.h"
#include "sim/profiles/profile.h"
#include "tests/percpu/errata_rig.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

// The second guest's load saved the registers of its own capability and forgot those of the first.
TEST(Capabilities, TheHostsRegistersOutliveTwoGuestsWithDifferentOnes) {
  constexpr std::uint64_t kCompare = 0x1234'5678, kContext = 0x9abc;
  for (const bool e2h : {false, true}) {
    sim::Pe pe(sim::ProfileNamed("max"));
    const sim::ScopedPe current(pe);
    BecomeHost(pe, e2h, e2h);
    pe.Poke(RegisterId::kCntpCvalEl0, kCompare);
    pe.Poke(RegisterId::kScxtnumEl1, kContext);
    percpu::PerCpu<TestHost> cpu;
    percpu::Guest guests[2];
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpu.LoadGuest(guests[0], {.open = Capability::kPhysicalTimer}), Status::kOk);
    EXPECT_NE(pe.Peek(RegisterId::kCntpCvalEl0), kCompare);
    ASSERT_EQ(cpu.LoadGuest(guests[1], {.open = Capability::kSoftwareContext}), Status::kOk);
    EXPECT_NE(pe.Peek(RegisterId::kScxtnumEl1), kContext);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    EXPECT_EQ(pe.Peek(RegisterId::kCntpCvalEl0), kCompare);
    EXPECT_EQ(pe.Peek(RegisterId::kScxtnumEl1), kContext);
  }
}

// After a loss of power the host's registers are new ones: those saved before it must not come
// back.
TEST(Capabilities, TheHostsRegistersAreSavedAnewAfterALossOfPower) {
  constexpr std::uint64_t kBefore = 0x1234'5678, kAfter = 0x9abc'def0;
  for (const bool e2h : {false, true}) {
    sim::Pe pe(sim::ProfileNamed("max"));
    const sim::ScopedPe current(pe);
    BecomeHost(pe, e2h, e2h);
    pe.Poke(RegisterId::kCntpCvalEl0, kBefore);
    percpu::PerCpu<TestHost> cpu;
    percpu::Guest guests[2];
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpu.LoadGuest(guests[0], {.open = Capability::kPhysicalTimer}), Status::kOk);
    cpu.PoweredDown();
    pe.Poke(RegisterId::kVbarEl2, 0);
    BecomeHost(pe, e2h, e2h);
    pe.Poke(RegisterId::kCntpCvalEl0, kAfter);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpu.LoadGuest(guests[1], {.open = Capability::kPhysicalTimer}), Status::kOk);
    EXPECT_NE(pe.Peek(RegisterId::kCntpCvalEl0), kAfter);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    EXPECT_EQ(pe.Peek(RegisterId::kCntpCvalEl0), kAfter);
  }
}

}  // namespace
}  // namespace trivet::tests
