// SPDX-License-Identifier: Apache-2.0 OR MIT
// SErrors that wait until their guest unmasks them: HCR_EL2.VSE, on the simulator.

#include <gtest/gtest.h>

#include <cstdint>

#include "sim/pe/exception.h"
#include "tests/guest/simulated_box.h"
#include "vcpu/inject.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::GuestException;

constexpr std::uint32_t kIss = 0x1ab'cdef;
constexpr std::uint16_t kTakenAsSError = 0x66;

/// A manager of interrupts that counts its calls.
struct CountedInterrupts : percpu::GuestInterrupts {
  CountedInterrupts() {
    unload = [](GuestInterrupts& self) { ++Of(self).unloads; };
    load = [](GuestInterrupts& self, bool) { ++Of(self).loads; };
    resume = [](GuestInterrupts& self) { ++Of(self).resumes; };
    suspend = [](GuestInterrupts& self) { ++Of(self).suspends; };
    abandon = [](GuestInterrupts& self, bool powered) {
      ++(powered ? Of(self).panics : Of(self).losses);
    };
    opens = Capability::kInterruptInterface;
  }
  static CountedInterrupts& Of(GuestInterrupts& self) {
    return static_cast<CountedInterrupts&>(self);
  }
  unsigned unloads = 0, loads = 0, resumes = 0, suspends = 0, panics = 0, losses = 0;
};

/// Guests that unmask SErrors and make two hypercalls, and one that has nothing masked.
class PendingSError : public ::testing::TestWithParam<HostKind> {
 protected:
  PendingSError() {
    EXPECT_EQ(box_.cpu().HardwareEnable(), Status::kOk);
    PlaceCode(box_);
    Prepare(guest_);
    Prepare(other_);
  }
  /// With vectors.
  static void Prepare(vcpu::Vcpu& guest) {
    guest.registers().load.Set<VbarEl1>(VbarEl1::FromRaw(SimulatedBox::kVectors));
  }
  static void PlaceCode(SimulatedBox& box) {
    box.pe().memory().Place(SimulatedBox::kVectors + 0x380, {sim::Hvc(kTakenAsSError)});
    box.Place({sim::Hvc(1), sim::MovImm(0, 0), sim::Msr(RegisterId::kDaif, 0),
               sim::IsbInstruction(), sim::Hvc(2), sim::Hvc(3)});
  }
  static std::uint16_t RunOn(SimulatedBox& box, vcpu::Vcpu& guest) {
    const Result<vcpu::Exit> exit = guest.Run(box.cpu());
    EXPECT_TRUE(exit.has_value());
    EXPECT_EQ(box.cpu().Audit(), Status::kOk);
    return exit.value_or(vcpu::Exit{}).syndrome.immediate();
  }
  std::uint16_t Run(vcpu::Vcpu& guest) { return RunOn(box_, guest); }
  /// Another guest, with nothing masked, and the host have no SError.
  void ExpectNobodyElseHasIt() {
    other_.frame().pc = SimulatedBox::kEntry;
    other_.frame().pstate = 5;
    EXPECT_EQ(Run(other_), 1);
    EXPECT_FALSE(other_.HasPendingSError(box_.cpu()));
    EXPECT_EQ(other_.Unload(box_.cpu()), Status::kOk);
    EXPECT_EQ(other_.registers().interrupts, &others_interrupts_);
    EXPECT_FALSE(Cpu::Read<HcrEl2>().vse());
  }
  /// The guest's next run takes it, and no later one does.
  void ExpectTakenOnce(SimulatedBox& box) {
    EXPECT_EQ(RunOn(box, guest_), kTakenAsSError);
    EXPECT_FALSE(guest_.HasPendingSError(box.cpu()));
    EXPECT_EQ(guest_.Unload(box.cpu()), Status::kOk);
    EXPECT_EQ(guest_.registers().load.Get<EsrEl1>().raw(), 0xbe00'0000u | kIss);
    guest_.frame().pc = guest_.registers().load.Get<ElrEl1>().raw();
    guest_.frame().pstate = 5;
    EXPECT_EQ(RunOn(box, guest_), 2);
    EXPECT_EQ(guest_.Unload(box.cpu()), Status::kOk);
    EXPECT_EQ(RunOn(box, guest_), 3);
    EXPECT_EQ(guest_.registers().interrupts, nullptr);
  }

  vcpu::Config OthersConfig() {
    vcpu::Config config = box_.Config();
    config.interrupts = &others_interrupts_;
    return config;
  }

  SimulatedBox box_{sim::SyntheticProfile(), GetParam()};
  CountedInterrupts others_interrupts_;
  vcpu::Vcpu guest_{box_.Config()}, other_{OthersConfig()};
};

TEST_P(PendingSError, IsTakenOnceByItsGuestAloneWhenThatUnmasksIt) {
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest_, GuestException::SError(kIss)), Status::kOk);
  EXPECT_EQ(Run(guest_), 1) << "PSTATE.A";
  EXPECT_TRUE(guest_.HasPendingSError(box_.cpu()));
  ExpectNobodyElseHasIt();
  EXPECT_TRUE(guest_.HasPendingSError(box_.cpu()));
  ExpectTakenOnce(box_);
}

TEST_P(PendingSError, OfALoadedGuestOutlivesItsRunsAndLoads) {
  EXPECT_EQ(Run(guest_), 1);
  EXPECT_EQ(guest_.PendSError(box_.cpu(), VsesrEl2::FromRaw(1)), Status::kOk);
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest_, GuestException::SError(kIss)), Status::kOk);
  guest_.frame().pc = SimulatedBox::kEntry;
  EXPECT_EQ(Run(guest_), 1);
  EXPECT_EQ(Run(other_), 1);  // Loaded over it: two guests, without the host in between.
  EXPECT_TRUE(guest_.HasPendingSError(box_.cpu()));
  ExpectTakenOnce(box_);
}

TEST_P(PendingSError, MovesWithItsGuestToAnotherCpu) {
  EXPECT_EQ(Run(guest_), 1);
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest_, GuestException::SError(kIss)), Status::kOk);
  {
    SimulatedBox second(sim::SyntheticProfile(), GetParam());
    second.ShowStage2Of(box_);
    ASSERT_EQ(second.cpu().HardwareEnable(), Status::kOk);
    EXPECT_EQ(guest_.PendSError(second.cpu(), {}), Status::kLoadedElsewhere);
  }
  EXPECT_EQ(guest_.Unload(box_.cpu()), Status::kOk);
  SimulatedBox second(sim::SyntheticProfile(), GetParam());
  second.ShowStage2Of(box_);
  PlaceCode(second);
  ASSERT_EQ(second.cpu().HardwareEnable(), Status::kOk);
  EXPECT_TRUE(guest_.HasPendingSError(second.cpu()));
  ExpectTakenOnce(second);
  EXPECT_EQ(guest_.Unload(second.cpu()), Status::kOk);
  EXPECT_EQ(second.cpu().HardwareDisable(), Status::kOk);
}

/// The host's own VSE is neither the guest's nor lost with the guest's.
TEST_P(PendingSError, IsNotTheHosts) {
  ASSERT_EQ(box_.cpu().HardwareDisable(), Status::kOk);
  const std::uint64_t host = box_.pe().Peek(RegisterId::kHcrEl2) | HcrEl2().vse(true).raw();
  for (const bool panics : {false, true}) {
    for (const bool taken : {false, true}) {
      box_.pe().Poke(RegisterId::kHcrEl2, host);
      percpu::PerCpu<TestHost> cpu;
      ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
      ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
      vcpu::Vcpu guest(box_.Config());
      Prepare(guest);
      EXPECT_EQ(vcpu::Inject(cpu, guest, GuestException::SError(kIss)), Status::kOk);
      ASSERT_TRUE(guest.Run(cpu).has_value());
      if (taken) ASSERT_TRUE(guest.Run(cpu).has_value());
      EXPECT_EQ(guest.HasPendingSError(cpu), !taken);
      if (panics) {
        cpu.Panic();
        EXPECT_EQ(box_.pe().Peek(RegisterId::kHcrEl2), host);
        ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
        ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
        other_.frame().pc = SimulatedBox::kEntry;
        ASSERT_TRUE(other_.Run(cpu).has_value());
        EXPECT_EQ(other_.registers().interrupts, &others_interrupts_);
        EXPECT_EQ(other_.Unload(cpu), Status::kOk);
        EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
      } else {
        EXPECT_EQ(guest.Unload(cpu), Status::kOk);
        EXPECT_EQ(Cpu::Read<HcrEl2>().vse(), true);
        EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
      }
      EXPECT_EQ(box_.pe().Peek(RegisterId::kHcrEl2), host);
    }
  }
}

TEST_P(PendingSError, IsRefusedWhereHcrDoesNotDeliverIt) {
  ASSERT_EQ(box_.cpu().HardwareDisable(), Status::kOk);
  EXPECT_EQ(guest_.PendSError(box_.cpu(), {}), Status::kNotEnabled);
  box_.pe().Poke(RegisterId::kHcrEl2,
                 HcrEl2::FromRaw(box_.pe().Peek(RegisterId::kHcrEl2)).amo(false).raw());
  percpu::PerCpu<TestHost, percpu::BaselinePolicy> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(vcpu::Inject(cpu, guest_, GuestException::SError(kIss)), Status::kUnsupportedFeature);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kHcrEl2);
  EXPECT_EQ(cpu.last_error().bits(), HcrEl2().amo(true).raw());
  EXPECT_FALSE(guest_.HasPendingSError(cpu));
  guest_.registers().lost = true;
  EXPECT_EQ(guest_.PendSError(cpu, {}), Status::kLostState);
}

TEST_P(PendingSError, LeavesItsGuestsInterruptsSwitched) {
  const CountedInterrupts& interrupts = others_interrupts_;
  vcpu::Vcpu& guest = other_;
  EXPECT_EQ(vcpu::Inject(box_.cpu(), guest, GuestException::SError(kIss)), Status::kOk);
  EXPECT_EQ(Run(guest), 1);
  EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
  ASSERT_TRUE(guest.Run(box_.cpu()).has_value());  // Only Unload() looks whether it was taken.
  EXPECT_EQ(guest.Unload(box_.cpu()), Status::kOk);
  EXPECT_EQ(guest.registers().interrupts, &interrupts);
  EXPECT_EQ(interrupts.loads, 2u);
  EXPECT_EQ(interrupts.unloads, 2u);
  const unsigned runs = GetParam() == HostKind::kVhe ? 2 : 0;
  EXPECT_EQ(interrupts.resumes, runs);
  EXPECT_EQ(interrupts.suspends, runs);
}

/// Its list registers are the host's again, or gone.
TEST_P(PendingSError, AndItsGuestsInterruptsAreAbandonedWithTheGuest) {
  for (const bool pending : {false, true}) {
    for (const bool powered : {false, true}) {
      SimulatedBox box(sim::SyntheticProfile(), GetParam());
      PlaceCode(box);
      CountedInterrupts interrupts;
      vcpu::Config config = box.Config();
      config.interrupts = &interrupts;
      vcpu::Vcpu guest(config);
      ASSERT_EQ(box.cpu().HardwareEnable(), Status::kOk);
      if (pending) ASSERT_EQ(guest.PendSError(box.cpu(), {}), Status::kOk);
      ASSERT_TRUE(guest.Run(box.cpu()).has_value());
      if (!powered) box.cpu().PoweredDown();
      box.cpu().Panic();
      EXPECT_EQ(interrupts.panics, powered ? 1u : 0u);
      EXPECT_EQ(interrupts.losses, powered ? 0u : 1u);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(HostKinds, PendingSError,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
