// Debug registers and performance monitors: each guest that has them has its own, and the host gets
// its own back. What the registers of the description do is in values_test; the OS lock is not one
// that can be written by the name that shows it.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kCycles = std::uint64_t{1} << 31, kFirstCounter = 1;

class OpenedState : public ::testing::TestWithParam<HostKind> {
 protected:
  OpenedState() : machine_(GetParam()) {
    EXPECT_EQ(MapGuest(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~OpenedState() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  static vcpu::Config Config(std::uint16_t vmid, Capabilities open) {
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = PlaceGuest(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, vmid),
            .open = open};
  }

  /// The guest's first instruction is an HVC.
  void Run(vcpu::Vcpu& guest) {
    guest.frame().pc = PlaceGuest();
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value() && exit->reason == vcpu::ExitReason::kHypercall);
  }

  static inline constinit vcpu::BlockStage2 stage2_;
  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

void SetHostsDebug() {
  Cpu::Write<OslarEl1>(OslarEl1());
  Cpu::Write<Dbgbvr1El1>(Dbgbvr0El1::FromRaw(0x1000));
  Cpu::Write<Dbgwvr1El1>(Dbgwvr0El1::FromRaw(0x2000));
  Cpu::Isb();
}

void ExpectHostsDebug() {
  EXPECT_FALSE(Cpu::Read<OslsrEl1>().oslk());
  EXPECT_EQ(Cpu::Read<Dbgbvr1El1>().raw(), 0x1000u);
  EXPECT_EQ(Cpu::Read<Dbgwvr1El1>().raw(), 0x2000u);
}

TEST_P(OpenedState, DebugIsEachGuestsAndTheHostsOwn) {
  SetHostsDebug();
  vcpu::Vcpu locked(Config(5, Capability::kDebug)), open(Config(6, Capability::kDebug));
  locked.registers().debug.breakpoints[1] = 0x3000;
  open.registers().debug.os_lock = 0;
  open.registers().debug.watchpoints[1] = 0x4000;
  for (int round = 0; round < 2; ++round) {
    Run(locked);
    if (GetParam() == HostKind::kVhe) ExpectHostsDebug();
    if (GetParam() != HostKind::kVhe) EXPECT_TRUE(Cpu::Read<OslsrEl1>().oslk());
    if (GetParam() != HostKind::kVhe) EXPECT_EQ(Cpu::Read<Dbgbvr1El1>().raw(), 0x3000u);
    Run(open);
    if (GetParam() != HostKind::kVhe) EXPECT_FALSE(Cpu::Read<OslsrEl1>().oslk());
    if (GetParam() != HostKind::kVhe) EXPECT_EQ(Cpu::Read<Dbgwvr1El1>().raw(), 0x4000u);
  }
  EXPECT_EQ(open.Unload(cpu_), Status::kOk);
  ExpectHostsDebug();
  EXPECT_EQ(locked.registers().debug.os_lock, 1u);
  EXPECT_EQ(locked.registers().debug.breakpoints[1], 0x3000u);
  EXPECT_EQ(open.registers().debug.os_lock, 0u);
  EXPECT_EQ(open.registers().debug.watchpoints[1], 0x4000u);
}

void SetHostsMonitors() {
  Cpu::Write<PmcrEl0>(PmcrEl0());
  Cpu::Write<PmcntenclrEl0>(PmcntenclrEl0::FromRaw(kCycles | kFirstCounter));
  Cpu::Write<PmcntensetEl0>(PmcntensetEl0::FromRaw(kFirstCounter));
  Cpu::Write<PmccntrEl0>(PmccntrEl0::FromRaw(0x1234));
  Cpu::Write<Pmevcntr0El0>(Pmevcntr0El0::FromRaw(0x567));
  Cpu::Isb();
}

void ExpectHostsMonitors() {
  EXPECT_EQ(Cpu::Read<PmcntensetEl0>().raw() & (kCycles | kFirstCounter), kFirstCounter);
  EXPECT_FALSE(Cpu::Read<PmcrEl0>().e());
  EXPECT_EQ(Cpu::Read<PmccntrEl0>().raw(), 0x1234u);
  EXPECT_EQ(Cpu::Read<Pmevcntr0El0>().raw(), 0x567u);
}

TEST_P(OpenedState, MonitorsAreEachGuestsAndTheHostsOwnAfterEachRun) {
  SetHostsMonitors();
  vcpu::Vcpu first(Config(5, Capability::kPmu)), second(Config(6, Capability::kPmu));
  first.registers().pmu.counts[0] = 0x99;
  second.registers().pmu.enabled = kCycles;
  second.registers().pmu.cycles = 0x1'0000;
  second.registers().pmu.pmcr = PmcrEl0().e(true).lc(true).raw();
  for (int round = 0; round < 2; ++round) {
    Run(first);
    ExpectHostsMonitors();
    Run(second);
    ExpectHostsMonitors();
  }
  EXPECT_EQ(second.Unload(cpu_), Status::kOk);
  ExpectHostsMonitors();
  EXPECT_EQ(first.registers().pmu.counts[0], 0x99u);
  EXPECT_EQ(first.registers().pmu.enabled & (kCycles | kFirstCounter), 0u);
  EXPECT_EQ(second.registers().pmu.enabled & (kCycles | kFirstCounter), kCycles);
  EXPECT_GE(second.registers().pmu.cycles, 0x1'0000u);  // The simulator does not count.
  EXPECT_TRUE(PmcrEl0::FromRaw(second.registers().pmu.pmcr).e());
}

INSTANTIATE_TEST_SUITE_P(HostKinds, OpenedState,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
