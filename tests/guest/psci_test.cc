// SPDX-License-Identifier: Apache-2.0 OR MIT
// PSCI as a guest sees it: every call, every refusal.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/registers.h"
#include "vcpu/psci/guest_psci.h"

namespace trivet::tests {
namespace {

using vcpu::GuestPsci;
using vcpu::PsciAction;
using enum vcpu::PsciAction::Kind;
using vcpu::psci::CpuState;

constexpr std::uint64_t kOn64 = 0xc400'0003, kOn32 = 0x8400'0003, kInfo64 = 0xc400'0004;

std::int64_t Signed(std::uint64_t value) { return static_cast<std::int64_t>(value); }

class Psci : public ::testing::Test {
 protected:
  Psci() {
    // vCPU 2 is in another cluster; vCPU 1 has Aff3 as well.
    const hal::MpidrEl1 affinities[] = {hal::MpidrEl1::FromRaw(0x8000'0000),
                                        hal::MpidrEl1::FromRaw(0x5'8000'0001),
                                        hal::MpidrEl1::FromRaw(0x8000'0102)};
    psci_.Create(affinities, 3, [](std::uint64_t address) { return address < 0x9'0000'0000; });
  }

  PsciAction Call(unsigned self, std::uint64_t id, std::uint64_t x1 = 0, std::uint64_t x2 = 0,
                  std::uint64_t x3 = 0) {
    frame_ = {};
    frame_.x[0] = id;
    frame_.x[1] = x1;
    frame_.x[2] = x2;
    frame_.x[3] = x3;
    frame_.pc = 0x1000;
    const PsciAction action = psci_.Handle(self, frame_);
    EXPECT_EQ(frame_.pc, 0x1000u);
    return action;
  }
  std::int64_t result() const { return Signed(frame_.x[0]); }
  /// A call whose result is all there is to it.
  std::int64_t ResultOf(std::uint64_t id, std::uint64_t x1 = 0, std::uint64_t x2 = 0,
                        std::uint64_t x3 = 0) {
    EXPECT_EQ(Call(0, id, x1, x2, x3).kind, kResume);
    return result();
  }

  GuestPsci<4> psci_;
  vectors::GuestFrame frame_ = {};
};

TEST_F(Psci, DiscoveryOffersWhatIsServed) {
  EXPECT_EQ(ResultOf(0x8400'0000), 0x1'0001);
  EXPECT_EQ(ResultOf(0x8000'0000), 0x1'0001) << "SMCCC_VERSION";
  EXPECT_EQ(ResultOf(0x8000'0001, 0x8000'0001), 0) << "SMCCC_ARCH_FEATURES";
  EXPECT_EQ(ResultOf(0x8400'0006), 2) << "MIGRATE_INFO_TYPE";
  for (const std::uint64_t served :
       {0x8000'0000u, 0x8400'0000u, 0x8400'0001u, 0xc400'0001u, 0x8400'0002u, 0x8400'0003u,
        0xc400'0003u, 0x8400'0004u, 0xc400'0004u, 0x8400'0006u, 0x8400'0008u, 0x8400'0009u}) {
    EXPECT_EQ(ResultOf(0x8400'000a, served), 0) << served;
  }
  for (const std::uint64_t other :
       {0xc400'0000u, 0xc400'0002u, 0x8400'0005u, 0x8400'000eu, 0xc400'0012u}) {
    EXPECT_EQ(ResultOf(0x8400'000a, other), -1) << other;
    EXPECT_EQ(ResultOf(other), -1) << other;
  }
}

TEST_F(Psci, OtherCallsAreForwardedUntouched) {
  // SMCCC_ARCH_WORKAROUND_1 and its discovery, TRNG_VERSION, a vendor's, beyond PSCI's range.
  for (const std::uint64_t id : {0x8000'8000u, 0x8400'0050u, 0x8600'ff01u, 0x8400'0020u}) {
    EXPECT_EQ(Call(0, id).kind, kForward) << id;
    EXPECT_EQ(frame_.x[0], id);
  }
  EXPECT_EQ(Call(0, 0x8000'0001, 0x8000'8000).kind, kForward);
}

TEST_F(Psci, AVcpuStartsOnceAndStopsOnce) {
  EXPECT_EQ(ResultOf(kInfo64, 0x102), 1);
  const PsciAction start = Call(0, kOn64, 0x102, 0x8'4000'0000, 0x1122'3344'5566'7788);
  EXPECT_EQ(start.kind, kStart);
  EXPECT_EQ(start.cpu, 2u);
  EXPECT_EQ(result(), 0);
  EXPECT_EQ(ResultOf(kInfo64, 0x102), 2);
  EXPECT_EQ(ResultOf(kOn64, 0x102, 0x4000), -5) << "ON_PENDING";
  const auto entry = psci_.Started(2);
  EXPECT_EQ(entry.address, 0x8'4000'0000u) << "not the refused call's";
  EXPECT_EQ(entry.context, 0x1122'3344'5566'7788u);
  EXPECT_EQ(ResultOf(kInfo64, 0x102), 0);
  EXPECT_EQ(ResultOf(kOn64, 0x102, 0x4000), -4) << "ALREADY_ON";
  EXPECT_EQ(Call(2, 0x8400'0002).kind, kStop);
  EXPECT_EQ(ResultOf(kOn64, 0x102, 0x4000), -4) << "until Stopped()";
  psci_.Stopped(2);
  EXPECT_EQ(ResultOf(kInfo64, 0x102), 1);
  EXPECT_EQ(Call(0, kOn64, 0x102, 0x4000).kind, kStart);
}

TEST_F(Psci, Smc32ArgumentsAre32Bits) {
  EXPECT_EQ(
      Call(0, kOn32, 0xffff'ffff'0000'0102, 0xffff'ffff'0000'4000, 0xffff'ffff'8765'4321).kind,
      kStart);
  const auto entry = psci_.Started(2);
  EXPECT_EQ(entry.address, 0x4000u);
  EXPECT_EQ(entry.context, 0x8765'4321u);
}

TEST_F(Psci, BadArgumentsChangeNothing) {
  EXPECT_EQ(ResultOf(kOn64, 0x3), -2) << "no such vCPU";
  EXPECT_EQ(ResultOf(kOn64, 0x1), -2) << "Aff3 counts";
  EXPECT_EQ(ResultOf(kOn64, 0x8000'0102), -2) << "MPIDR_EL1's other bits are not affinity";
  EXPECT_EQ(ResultOf(kOn64, 0x102, 0x4002), -9) << "misaligned";
  EXPECT_EQ(ResultOf(kOn64, 0x102, 0x9'0000'0000), -9) << "no memory of the guest's";
  EXPECT_EQ(ResultOf(kInfo64, 0x102, 4), -2);
  EXPECT_EQ(ResultOf(kInfo64, 0x103), -2);
  EXPECT_EQ(psci_.StateOf(2), CpuState::kOff);
}

TEST_F(Psci, AnAffinityInstanceIsOnWhenOneOfItIs) {
  EXPECT_EQ(ResultOf(kInfo64, 0x1'00, 1), 1);
  EXPECT_EQ(ResultOf(kInfo64, 0x7, 1), 0) << "vCPU 0";
  EXPECT_EQ(ResultOf(kInfo64, 0, 2), 0);
  EXPECT_EQ(ResultOf(kInfo64, 0x5'0000'0000, 3), 1);
  (void)Call(0, kOn64, 0x102, 0x4000);
  EXPECT_EQ(ResultOf(kInfo64, 0x1'00, 1), 2);
}

TEST_F(Psci, AStartThatFailsLeavesTheVcpuOff) {
  EXPECT_EQ(Call(0, kOn64, 0x102, 0x4000).kind, kStart);
  psci_.StartFailed(0, 2, frame_);
  EXPECT_EQ(result(), -6);
  EXPECT_EQ(psci_.StateOf(2), CpuState::kOff);
}

TEST_F(Psci, EachCallThatEndsTheRunHasItsAction) {
  EXPECT_EQ(Call(0, 0x8400'0008).kind, kSystemOff);
  EXPECT_EQ(Call(0, 0x8400'0009).kind, kSystemReset);
  EXPECT_EQ(Call(0, 0xc400'0001, 0x1'0000).kind, kSuspend);
  EXPECT_EQ(result(), 0);
}

}  // namespace
}  // namespace trivet::tests
