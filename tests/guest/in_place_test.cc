// SPDX-License-Identifier: Apache-2.0 OR MIT
// Exits that are served in place: a hook sees the guest's registers, changes them, and the guest
// goes on inside the same run. On every environment, under every kind of host.

#include <gtest/gtest.h>

#include <tuple>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/guest/in_place_guest.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;
using vcpu::ExitReason;
using vectors::InPlace;
using vectors::InPlaceExit;

unsigned HostIrqs() { return TestHost::Here().irqs + HostTableIrqs(); }

template <percpu::Host H>
void ExpectOneRunServesManyExits(HostKind kind) {
  InPlaceGuest<H> guest(kind, {.synchronous = &ServeTraps, .irq = &ServeIrq});
  const Result<vcpu::Exit> exit = guest.Run();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, ExitReason::kHypercall);
  EXPECT_EQ(exit->syndrome.immediate(), 2);
  // HVC #1, SMC, WFI, MRS and the load; the timer ended the endless loop.
  EXPECT_EQ(guest.served().traps, 5u);
  EXPECT_EQ(guest.served().irqs, 1u);
  EXPECT_EQ(HostIrqs(), 0u) << "the hook acknowledged it";
  EXPECT_EQ(guest.frame().pc, PlaceGuest() + 32);
  guest.ExpectRegisters({{3, kFromHook}, {5, kFromHook}, {18, kFromHook}, {30, kFromHook}});
}

template <percpu::Host H>
void ExpectADeclinedExitEndsTheRun(HostKind kind) {
  InPlaceGuest<H> guest(kind, {.synchronous = [](InPlaceExit& exit) {
                          exit.x(0) = exit.x(17) = kFromHook;
                          exit.pc += 4;  // Past the SMC too.
                          return InPlace::kExit;
                        }});
  const Result<vcpu::Exit> exit = guest.Run();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, ExitReason::kHypercall);
  EXPECT_EQ(exit->syndrome.immediate(), 1);
  EXPECT_EQ(guest.frame().pc, PlaceGuest() + 12);
  guest.ExpectRegisters({{0, kFromHook}, {17, kFromHook}});
}

template <percpu::Host H>
void ExpectAHookMayBeInterrupted(HostKind kind) {
  InPlaceGuest<H> guest(
      kind, {.synchronous = [](InPlaceExit& exit) {
        if (vectors::Syndrome::FromRaw(hal::Cpu::Read<hal::EsrEl2>().raw()).immediate() != 1) {
          return InPlace::kExit;
        }
        ServedBy(exit).machine->TriggerIrq();
        OpenInterruptWindow();
        return InPlace::kResume;
      }});
  const Result<vcpu::Exit> exit = guest.Run();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, ExitReason::kSecureMonitorCall) << "the guest went on behind its HVC";
  EXPECT_EQ(guest.frame().pc, PlaceGuest() + 8);
  EXPECT_EQ(HostIrqs(), 1u);
  guest.ExpectRegisters({});
}

template <percpu::Host H>
void ExpectFiqServed(HostKind kind) {
  InPlaceGuest<H> guest(kind, {.fiq = [](InPlaceExit& exit) {
                          ServedBy(exit).fiqs += AcknowledgeFiq() ? 1 : 0;
                          return InPlace::kResume;
                        }});
  guest.machine().TriggerFiq();
  const Result<vcpu::Exit> exit = guest.Run();
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, ExitReason::kHypercall);
  EXPECT_EQ(guest.served().fiqs, 1u);
  EXPECT_EQ(TestHost::Here().fiqs + HostTableFiqs(), 0u);
  guest.ExpectRegisters({});
}

/// Each kind declined: the run ends with that kind, and the host's handler takes the interrupt.
template <percpu::Host H>
void ExpectADeclinedInterruptKeepsItsKind(HostKind kind) {
  constexpr vectors::InPlaceHook kDecline = [](InPlaceExit&) { return InPlace::kExit; };
  InPlaceGuest<H> guest(kind, {.irq = kDecline, .fiq = kDecline});
  guest.machine().TriggerIrq();
  const Result<vcpu::Exit> irq = guest.Run();
  ASSERT_TRUE(irq.has_value());
  EXPECT_EQ(irq->reason, ExitReason::kIrq);
  OpenInterruptWindow();
  EXPECT_EQ(HostIrqs(), 1u);
  guest.machine().TriggerFiq();
  const Result<vcpu::Exit> fiq = guest.Run();
  ASSERT_TRUE(fiq.has_value());
  EXPECT_EQ(fiq->reason, ExitReason::kFiq);
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().fiqs + HostTableFiqs(), 1u);
  guest.ExpectRegisters({});
}

class InPlaceExits : public ::testing::TestWithParam<std::tuple<HostKind, HostInterface>> {
 protected:
  static HostKind kind() { return std::get<0>(GetParam()); }
  static bool pass_through() { return std::get<1>(GetParam()) == HostInterface::kPassThrough; }
};

TEST_P(InPlaceExits, AreServedWithinOneRun) {
  if (pass_through()) return ExpectOneRunServesManyExits<PassThroughTestHost>(kind());
  ExpectOneRunServesManyExits<TestHost>(kind());
}

TEST_P(InPlaceExits, EndTheRunWhenTheHookDeclines) {
  if (pass_through()) return ExpectADeclinedExitEndsTheRun<PassThroughTestHost>(kind());
  ExpectADeclinedExitEndsTheRun<TestHost>(kind());
}

TEST_P(InPlaceExits, ByAnInterruptKeepTheirKindWhenTheHookDeclines) {
  if (pass_through()) return ExpectADeclinedInterruptKeepsItsKind<PassThroughTestHost>(kind());
  ExpectADeclinedInterruptKeepsItsKind<TestHost>(kind());
}

TEST_P(InPlaceExits, AreSafeWhenAHookIsInterrupted) {
  if (pass_through()) return ExpectAHookMayBeInterrupted<PassThroughTestHost>(kind());
  ExpectAHookMayBeInterrupted<TestHost>(kind());
}

TEST_P(InPlaceExits, ByFiqAreServed) {
  if (pass_through()) return ExpectFiqServed<PassThroughTestHost>(kind());
  ExpectFiqServed<TestHost>(kind());
}

INSTANTIATE_TEST_SUITE_P(
    HostKinds, InPlaceExits,
    ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe),
                       ::testing::Values(HostInterface::kCallback, HostInterface::kPassThrough)));

}  // namespace
}  // namespace trivet::tests
