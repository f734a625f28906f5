// SPDX-License-Identifier: Apache-2.0 OR MIT
// Guests that open different capabilities, one after the other: the host gets every register back.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "percpu/open_to_el1.h"
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

/// What a field is under no hypervisor: a control that traps for each guest does not, and one that
/// gives something gives it where `open` has it.
std::uint64_t OpenValue(const GuestControlField& field, Capabilities open) {
  const bool ends = field.capability == Capability::kNever && field.closed != 0;
  return ends || open.Has(field.capability) ? field.open : field.closed;
}

TEST(Capabilities, EL1WithoutAHypervisorHasThemAllAndNothingTraps) {
  for (const char* name : {"max", "neoverse-v1", "cortex-a72"}) {
    sim::Pe pe(sim::ProfileNamed(name));
    const sim::ScopedPe current(pe);
    BecomeHost(pe, false, false);
    const auto features = FeatureSet::From(IdValues::Read<Cpu>());
    const Capabilities open = CapabilitiesOf(features);
    for (const GuestControlField& field : GuestControlFields()) {
      if (field.id == RegisterId::kHcrEl2 || !features.Has(InfoOf(field.id).needs)) continue;
      if (field.id != RegisterId::kCptrEl2E2h && field.id != RegisterId::kCnthctlEl2E2h) {
        pe.Poke(field.id, (pe.Peek(field.id) & ~field.mask) | (field.closed & field.mask));
      }
    }
    pe.Poke(RegisterId::kVttbrEl2, 0x7'0000'0000'1000);
    pe.Poke(RegisterId::kHcrEl2, HcrEl2().imo(true).fmo(true).tsc(true).twi(true).raw());
    percpu::OpenToEl1(open);
    const HcrEl2 hcr = Cpu::Read<HcrEl2>();
    EXPECT_TRUE(hcr.rw() && !hcr.vm() && !hcr.tge());
    EXPECT_FALSE(hcr.imo() || hcr.fmo() || hcr.amo() || hcr.tsc() || hcr.twi() || hcr.tid3());
    EXPECT_EQ(hcr.api() && hcr.apk(), open.Has(Capability::kPointerAuthentication)) << name;
    EXPECT_EQ(pe.Peek(RegisterId::kVttbrEl2), 0u);
    if (open.Has(Capability::kSve)) EXPECT_NE(Cpu::Read<ZcrEl2>().len(), 0) << name;
    unsigned checked = 0;
    for (const GuestControlField& field : GuestControlFields()) {
      if (field.id == RegisterId::kHcrEl2 || field.id == RegisterId::kCptrEl2E2h) continue;
      if (field.id == RegisterId::kCnthctlEl2E2h || field.mask == HcrxEl2().smpme(true).raw()) {
        continue;
      }
      if (!features.Has(InfoOf(field.id).needs) || field.capability == Capability::kNever) continue;
      if (!open.Has(field.capability)) continue;
      EXPECT_EQ(pe.Peek(field.id) & field.mask, OpenValue(field, open))
          << name << " " << InfoOf(field.id).name;
      ++checked;
    }
    EXPECT_GE(checked, 5u) << name;
    if (features.Has(Feature::kFgt)) EXPECT_FALSE(Cpu::Read<HdfgrtrEl2>().dbgprcr_el1()) << name;
    EXPECT_FALSE(Cpu::Read<MdcrEl2>().tdcc() || Cpu::Read<HstrEl2>().t3()) << name;
  }
}

}  // namespace
}  // namespace trivet::tests
