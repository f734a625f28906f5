// SPDX-License-Identifier: Apache-2.0 OR MIT
// A stage 2 permission fault leaves its IPA UNKNOWN: an exit has none, or where the guest's
// configuration asks for it the one that AT finds. In every environment, with stage 1 off.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/guest_scenario.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/vcpu.h"
#include "vectors/syndrome.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

constexpr std::uint64_t kLoad = 20;  // Offset of guest_scenario.h's LDR.
constexpr std::uint64_t kAddress = 0x8000'0450;
// Normal memory, accessed before, that may not be accessed: S2AP is 0.
constexpr std::uint64_t kForbidden = 0x8000'0000 | 0xf << 2 | 3 << 8 | 1 << 10 | 1;
constexpr std::uint64_t kGuestPar = 0x6d00'0000'4321'0b00;

class FaultAddress : public ::testing::TestWithParam<percpu::HostKind> {
 protected:
  FaultAddress() : machine_(GetParam()) {
    ShowToTableWalks(&stage2_, sizeof(stage2_));
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~FaultAddress() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  /// Two exits, by a first run and by one of a loaded guest, and what the guest has afterwards.
  void ExpectAddress(std::optional<std::uint64_t> address, bool asks) {
    stage2_ = {};
    vcpu::Config config = ConfigGuest(stage2_, 6);
    ASSERT_EQ(MapGuest(stage2_), Status::kOk);
    reinterpret_cast<std::uint64_t*>(&stage2_)[2] = kForbidden;
    config.entry += kLoad;
    config.translates_faults = asks;
    vcpu::Vcpu guest(config);
    guest.frame().x[1] = kAddress;
    guest.registers().run.Set<ParEl1>(ParEl1::FromRaw(kGuestPar));
    for (unsigned run = 0; run < 2; ++run) {
      const Result<vcpu::Exit> exit = guest.Run(cpu_);
      ASSERT_TRUE(exit.has_value());
      EXPECT_EQ(exit->reason, vcpu::ExitReason::kDataAbort);
      EXPECT_EQ(exit->syndrome.data_abort().fault.kind, vectors::FaultKind::kPermission);
      EXPECT_EQ(exit->fault.virtual_address, kAddress);
      EXPECT_EQ(exit->fault.intermediate_address, address);
    }
    EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    EXPECT_EQ(guest.registers().run.Get<ParEl1>().raw(), kGuestPar);
  }

  static inline constinit vcpu::BlockStage2 stage2_;
  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

TEST_P(FaultAddress, OfAPermissionFaultIsAbsent) { ExpectAddress(std::nullopt, false); }

TEST_P(FaultAddress, OfAPermissionFaultIsTranslatedOnRequest) {
  const std::uint64_t vbar = Cpu::Read<VbarEl2>().raw(), par = Cpu::Read<ParEl1>().raw();
  ExpectAddress(kAddress, true);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), vbar);
  EXPECT_EQ(Cpu::Read<ParEl1>().raw(), par);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, FaultAddress,
                         ::testing::Values(percpu::HostKind::kNvhe, percpu::HostKind::kNvheTge,
                                           percpu::HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests
