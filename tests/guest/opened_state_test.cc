// SPDX-License-Identifier: Apache-2.0 OR MIT
// Debug registers and performance monitors: each guest that has them has its own, and the host gets
// its own back. In every environment: on the simulator values_test looks at all registers, here at
// the CPU's own.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/opened_registers.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/in_place.h"

namespace trivet::tests::opened_state_test {
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

/// A guest that has other values whenever a run ends.
struct OpenedGuest {
  Owner owner;
  vcpu::Vcpu vcpu;
  bool has_values = false;
  unsigned which = 0;
};

/// Looks at the registers of the guest that runs, and changes them.
struct Look {
  const OpenedRegisters* registers;
  OpenedGuest* running;

  static vectors::InPlace AtExit(vectors::InPlaceExit& exit) {
    const Look& look = *static_cast<Look*>(exit.guest->in_place.context);
    OpenedGuest& guest = *look.running;
    for (const bool monitors : {false, true}) {
      if (guest.has_values) look.registers->Expect("run", guest.owner, guest.which, monitors);
      look.registers->Write(guest.owner, guest.which ^ 1, monitors);
    }
    guest.has_values = true;
    guest.which ^= 1;
    return vectors::InPlace::kExit;
  }
};

TEST_P(OpenedState, EachRegisterIsEachGuestsAndTheHostsOwn) {
  const bool each_run = GetParam() == HostKind::kVhe;
  const OpenedRegisters registers;
  Look look = {&registers, nullptr};
  const auto config = [&](std::uint16_t vmid) {
    vcpu::Config config = Config(vmid, Capability::kDebug | Capability::kPmu);
    config.in_place = {.synchronous = &Look::AtExit, .context = &look};
    return config;
  };
  OpenedGuest first{Owner::kFirst, vcpu::Vcpu(config(5))},
      second{Owner::kSecond, vcpu::Vcpu(config(6))};
  unsigned host = 0, hosts_debug = 0;
  for (OpenedGuest* const guest : {&first, &first, &second, &first, &second, &second}) {
    registers.Write(Owner::kHost, host ^= 1, true);
    if (each_run) registers.Write(Owner::kHost, hosts_debug ^= 1, false);
    look.running = guest;
    Run(guest->vcpu);
    registers.Expect("after a run", Owner::kHost, host, true);
    registers.Expect("after a run", each_run ? Owner::kHost : guest->owner,
                     each_run ? hosts_debug : guest->which, false);
  }
  EXPECT_EQ(second.vcpu.Unload(cpu_), Status::kOk);
  registers.Expect("unloaded", Owner::kHost, hosts_debug, false);
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
}  // namespace trivet::tests::opened_state_test
