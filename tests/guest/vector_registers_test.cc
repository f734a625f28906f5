// SPDX-License-Identifier: Apache-2.0 OR MIT
// FP and SIMD registers: each guest that has them has its own, the host gets all of its own back,
// and a guest that has not is kept out.

#include <gtest/gtest.h>

#include <cstdint>
#include <type_traits>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/vector_state.h"

namespace trivet::tests::vector_registers_test {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::ExitReason;

// guest_scenario.h's guest: CPACR_EL1 from x5, x4 from V0, V0 from x3, HVC.
constexpr std::uint64_t kUseFp = 32;
constexpr std::uint64_t kCpacrOpen = std::uint64_t{3} << 20;
constexpr unsigned kGuestsValue = 3, kFound = 4, kCpacr = 5;

struct FpHost : TestHost {
  static constexpr bool kUsesFp = true;
};
struct EagerPolicy : percpu::DefaultPolicy {
  static constexpr percpu::VectorRegisters kVectorRegisters = percpu::VectorRegisters::kEachLoad;
};

/// The host's: another value in each half of each register.
vectors::VectorState HostsVectors() {
  vectors::VectorState state;
  for (std::uint64_t n = 0; n < state.v.size(); ++n) state.v[n] = {0x1000 + n, 0x2000 + n};
  state.fpcr = Fpcr().rmode(2).raw();
  state.fpsr = Fpsr().qc(true).raw();
  return state;
}

void ExpectHostsVectors() {
  vectors::VectorState now;
  const vectors::VectorState expected = HostsVectors();
  vectors::TrivetStoreVectors(&now);
  EXPECT_TRUE(now.v == expected.v);
  EXPECT_EQ(now.fpcr, expected.fpcr);
  EXPECT_EQ(now.fpsr, expected.fpsr);
}

class VectorRegisters : public ::testing::TestWithParam<HostKind> {
 protected:
  VectorRegisters() : machine_(GetParam()) {
    EXPECT_EQ(MapGuest(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    const vectors::VectorState state = HostsVectors();
    vectors::TrivetLoadVectors(&state);
  }

  vcpu::Config Config(std::uint16_t vmid, Capabilities open) const {
    const std::uint64_t table = percpu::PhysicalAddressOf<TestHost>(&stage2_);
    return {.entry = PlaceGuest() + kUseFp,
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(table, vmid),
            .open = open};
  }

  /// Runs the guest's few instructions; what it found in V0.
  template <class C>
  std::uint64_t Exchange(C& cpu, vcpu::Vcpu& guest, std::uint64_t value) {
    guest.frame().pc = PlaceGuest() + kUseFp;
    guest.frame().x[kGuestsValue] = value;
    guest.frame().x[kCpacr] = kCpacrOpen;
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    EXPECT_TRUE(exit.has_value() && exit->reason == ExitReason::kHypercall);
    EXPECT_EQ(cpu.Audit(), Status::kOk);  // Its CPTR_EL2 too.
    return guest.frame().x[kFound];
  }

  template <class H, class P>
  void TwoGuestsAndTheHost() {
    const HostView before = HostView::Now();
    percpu::PerCpu<H, P> cpu;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    vcpu::Vcpu first(Config(5, Capability::kFp)), second(Config(6, Capability::kFp));
    EXPECT_EQ(Exchange(cpu, first, 0xa1), 0u);
    if (std::is_same_v<H, FpHost>) ExpectHostsVectors();
    EXPECT_EQ(Exchange(cpu, first, 0xa2), 0xa1u);
    EXPECT_EQ(Exchange(cpu, second, 0xb1), 0u);
    EXPECT_EQ(Exchange(cpu, first, 0xa3), 0xa2u);
    EXPECT_EQ(Exchange(cpu, second, 0xb2), 0xb1u);
    EXPECT_EQ(second.Unload(cpu), Status::kOk);
    ExpectHostsVectors();
    EXPECT_EQ(Exchange(cpu, first, 0xa4), 0xa3u);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    ExpectHostsVectors();
    EXPECT_TRUE(HostView::Now() == before);
  }

  static inline constinit vcpu::BlockStage2 stage2_;
  Machine machine_;
};

TEST_P(VectorRegisters, AreEachGuestsAndTheHostsOwnOnFirstUse) {
  TwoGuestsAndTheHost<TestHost, percpu::DefaultPolicy>();
}
TEST_P(VectorRegisters, AreEachGuestsAndTheHostsOwnWithEachLoad) {
  TwoGuestsAndTheHost<TestHost, EagerPolicy>();
}
TEST_P(VectorRegisters, AreAHostsThatUsesThemAfterEachRun) {
  TwoGuestsAndTheHost<FpHost, percpu::DefaultPolicy>();
}
TEST_P(VectorRegisters, AreAHostsThatUsesThemAfterEachRunWithEachLoad) {
  TwoGuestsAndTheHost<FpHost, EagerPolicy>();
}

TEST_P(VectorRegisters, AreClosedToAGuestWithoutThem) {
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  vcpu::Vcpu with(Config(5, Capability::kFp)), without(Config(6, {}));
  EXPECT_EQ(Exchange(cpu, with, 0xa1), 0u);
  without.frame().x[kCpacr] = kCpacrOpen;
  const Result<vcpu::Exit> exit = without.Run(cpu);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, ExitReason::kOther);
  EXPECT_EQ(exit->syndrome.exception_class(), ExceptionClass::kSimdFp);
  EXPECT_EQ(without.frame().x[kFound], 0u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ExpectHostsVectors();
}

TEST_P(VectorRegisters, AreTheHostsAfterAPanic) {
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(5, Capability::kFp));
  EXPECT_EQ(Exchange(cpu, guest, 0xa1), 0u);
  cpu.Panic();
  ExpectHostsVectors();
}

INSTANTIATE_TEST_SUITE_P(HostKinds, VectorRegisters,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::vector_registers_test
