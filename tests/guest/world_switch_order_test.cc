// SPDX-License-Identifier: Apache-2.0 OR MIT
// The same rules where only the simulator sees them: interrupts at every step of a run, SError, and
// what an entry does besides entering.

#include <gtest/gtest.h>

#include <iterator>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/trace.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/machine.h"
#include "tests/support/sim/sim_machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/table.h"

namespace trivet::tests::world_switch_order_test {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::ExitReason;

// Offsets of guest_scenario.h's guest.
constexpr std::uint64_t kHypercall = 4;
constexpr std::uint64_t kForever = 24;

class WorldSwitchOrder : public ::testing::TestWithParam<HostKind> {
 protected:
  WorldSwitchOrder() : machine_(GetParam()) {
    TestHost::Here() = {};
    const std::uint64_t block = vcpu::BlockStage2::kBlockSize;
    EXPECT_EQ(stage2_.Map(block, block, vcpu::MemoryType::kNormal), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }

  vcpu::Config ConfigAt(std::uint64_t offset) {
    return {.entry = PlaceGuest() + offset,
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), 5)};
  }
  ExitReason Run(vcpu::Vcpu& guest) {
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value());
    return exit ? exit->reason : ExitReason::kOther;
  }
  static sim::Trace& trace() { return SimulatedPe().trace(); }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
  vcpu::BlockStage2 stage2_;
};

// V1: so did an SError.
TEST_P(WorldSwitchOrder, AnSErrorFromAGuestIsAnExit) {
  vcpu::Vcpu guest(ConfigAt(kForever));
  SimulatedPe().RaiseSError();
  EXPECT_EQ(Run(guest), ExitReason::kSError);
  EXPECT_EQ(guest.frame().pc, PlaceGuest() + kForever);
}

// V2: whatever the caller's mask, an interrupt at any step of a run is taken once, by the host, and
// the guest's frame is the guest's.
TEST_P(WorldSwitchOrder, AnInterruptAtAnyStepOfARunIsTakenOnceAndTheMaskStays) {
  for (const bool masked : {true, false}) {
    bool raised = true;
    for (unsigned n = 1; raised; ++n) {
      SCOPED_TRACE(n);
      vcpu::Vcpu guest(ConfigAt(kHypercall));
      guest.frame().x[7] = 0x7777;
      const unsigned before = TestHost::Here().irqs + HostTableIrqs();
      raised = false;
      SimulatedPe().SetStepHook([&raised, n, seen = 0u](sim::Pe& pe) mutable {
        if (++seen != n) return;
        raised = true;
        pe.RaiseIrq();
      });
      const Daif daif = Daif().d(true).a(masked).i(masked).f(masked);
      Cpu::DaifRestore(daif);
      while (Run(guest) == ExitReason::kIrq) OpenInterruptWindow(), Cpu::DaifRestore(daif);
      EXPECT_EQ(Cpu::Read<Daif>().raw(), daif.raw());
      SimulatedPe().SetStepHook(nullptr);
      OpenInterruptWindow();
      EXPECT_EQ(TestHost::Here().irqs + HostTableIrqs() - before, raised ? 1u : 0u);
      EXPECT_EQ(guest.frame().pc, PlaceGuest() + kHypercall + 4);
      EXPECT_EQ(guest.frame().x[7], 0x7777u);
      EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    }
  }
}

// V6: every entry invalidated the TLB and the instruction cache, the host's included.
TEST_P(WorldSwitchOrder, AnEntryInvalidatesNothing) {
  vcpu::Vcpu first(ConfigAt(kHypercall)), second(ConfigAt(kHypercall));
  trace().Clear();
  EXPECT_EQ(Run(first), ExitReason::kHypercall);
  EXPECT_EQ(Run(second), ExitReason::kHypercall);
  EXPECT_GT(trace().Count(sim::EventKind::kExceptionReturn), 0u);
  EXPECT_EQ(trace().Count(sim::EventKind::kTlbi), 0u);
  EXPECT_EQ(trace().Count(sim::EventKind::kDsb), 0u);
  EXPECT_EQ(second.Unload(cpu_), Status::kOk);
}

// A permission fault's address on request: AT has vectors of its own, since its walk may abort, and
// PAR_EL1 is read behind an ISB.
TEST_P(WorldSwitchOrder, AnAddressIsTranslatedUnderVectorsOfItsOwn) {
  using Kind = sim::EventKind;
  constexpr std::uint64_t kLoad = 20, kAddress = 0x8000'0450;
  reinterpret_cast<std::uint64_t*>(&stage2_)[2] = 0x8000'0000 | 0xf << 2 | 3 << 8 | 1 << 10 | 1;
  vcpu::Config config = ConfigAt(kLoad);
  config.translates_faults = true;
  vcpu::Vcpu guest(config);
  guest.frame().x[1] = kAddress;
  trace().Clear();
  EXPECT_EQ(Run(guest), ExitReason::kDataAbort);
  const std::uint64_t at = trace().IndexOf(Kind::kAt);
  EXPECT_EQ(trace()[at].value(), kAddress);
  constexpr Kind kOrder[] = {Kind::kWrite, Kind::kIsb, Kind::kAt,   Kind::kIsb,
                             Kind::kWrite, Kind::kIsb, Kind::kWrite};
  for (unsigned i = 0; i < std::size(kOrder); ++i) EXPECT_EQ(trace()[at - 2 + i].kind(), kOrder[i]);
  EXPECT_EQ(trace()[at - 2].reg(), RegisterId::kVbarEl2);
  EXPECT_NE(trace()[at - 2].value(), vectors::TableBase());
  EXPECT_EQ(trace()[at + 2].reg(), RegisterId::kVbarEl2);
  EXPECT_EQ(trace()[at + 2].value(), vectors::TableBase());
  EXPECT_EQ(trace()[at + 4].reg(), RegisterId::kParEl1);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, WorldSwitchOrder,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::world_switch_order_test
