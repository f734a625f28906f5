// SPDX-License-Identifier: Apache-2.0 OR MIT
// Pass-through hosts: their own table takes the exceptions from EL2 while Trivet's vectors are
// installed, and TPIDR_EL2 stays the host's. In every environment.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/host_view.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kReach = std::uint64_t{128} << 20;

void SetVbar(std::uint64_t base) {
  Cpu::Write<VbarEl2>(VbarEl2::FromRaw(base));
  Cpu::Isb();
}

/// A pass-through host with the chain table where a test puts it.
struct MovableHost : PassThroughTestHost {
  static inline vectors::ChainPlace place;
  static inline std::uint64_t base;

  static vectors::ChainPlace ChainPlaceFor(CpuId) { return place; }
};

/// The same, with VectorBaseFor.
struct VectorBaseHost : MovableHost {
  static std::uint64_t VectorBaseFor(CpuId) { return base; }
};

/// A callback host with VectorBaseFor.
struct VectorBaseCallbackHost : TestHost {
  static std::uint64_t VectorBaseFor(CpuId) { return MovableHost::base; }
};

struct NeitherHost {};
struct AmbiguousHost : TestHost, PassThroughTestHost {};
static_assert(percpu::Host<TestHost> && percpu::Host<PassThroughTestHost>);
static_assert(!percpu::Host<NeitherHost> && !percpu::Host<AmbiguousHost>);

class PassThrough : public ::testing::TestWithParam<HostKind> {
 protected:
  PassThrough() : machine_(GetParam()), here_(Cpu::CurrentCpu()) {
    TestHost::Here() = {};
    MovableHost::place = ChainPlaceOf(here_);
    MovableHost::base = machine_.HostVectorBase();
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(kHostTpidr));
  }
  ~PassThrough() override { Cpu::Write<TpidrEl2>({}); }

  bool SwitchesPerRun() const { return GetParam() == HostKind::kVhe; }
  std::uint64_t Table() const { return ChainPlaceOf(here_).executable; }

  template <class H>
  Status CreateAndEnable(percpu::PerCpu<H>& cpu) {
    if (const Status status = cpu.Create(here_); status != Status::kOk) return status;
    return cpu.HardwareEnable();
  }

  static constexpr std::uint64_t kHostTpidr = 0x0123'4567'89ab'cdef;
  Machine machine_;
  const CpuId here_;
};

TEST_P(PassThrough, EnableAndDisableLeaveTheHostAsItWasAndTpidrToTheHostThroughout) {
  const HostView before = HostView::Now();
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  EXPECT_EQ(Cpu::Read<TpidrEl2>().raw(), kHostTpidr);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), SwitchesPerRun() ? before.vbar : Table());
  EXPECT_EQ(cpu.Audit(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(PassThrough, AHostMayChangeItsTpidrWhileEnabled) {
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(~kHostTpidr));
  EXPECT_EQ(cpu.Audit(), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<TpidrEl2>().raw(), ~kHostTpidr);
}

TEST_P(PassThrough, TheHostsOwnTableTakesIrqAndFiqWhileEnabledAndAfterwards) {
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(cpu.Create(here_), Status::kOk);
  for (unsigned round = 1; round <= 3; ++round) {
    const bool enabled = round == 2;
    if (enabled) ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    machine_.TriggerIrq();
    OpenInterruptWindow();
    machine_.TriggerFiq();
    OpenInterruptWindow();
    EXPECT_EQ(HostTableIrqs(), round);
    EXPECT_EQ(HostTableFiqs(), round);
    if (enabled) ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  }
  EXPECT_EQ(TestHost::Here().irqs + TestHost::Here().fiqs, 0u);
}

TEST_P(PassThrough, AHostsVectorsMayChangeHandsPerRun) {
  const HostView before = HostView::Now();
  percpu::PerCpu<PassThroughTestHost, percpu::PerRunPolicy> cpu;
  ASSERT_EQ(cpu.Create(here_), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), before.vbar);
  EXPECT_EQ(Cpu::Read<HcrEl2>().raw(), before.hcr);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(PassThrough, WithoutMemoryForTheTableNothingIsCreated) {
  MovableHost::place = {};
  percpu::PerCpu<MovableHost> cpu;
  EXPECT_EQ(cpu.Create(here_), Status::kHandlerMissing);
  EXPECT_EQ(cpu.HardwareEnable(), Status::kNotCreated);
}

TEST_P(PassThrough, MisalignedMemoryIsRefused) {
  MovableHost::place.executable += vectors::kChainTableSize / 2;
  percpu::PerCpu<MovableHost> cpu;
  EXPECT_EQ(cpu.Create(here_), Status::kInvalidArgument);
}

TEST_P(PassThrough, AHostTableOutOfABranchsReachIsAnErrorAndNothingIsChanged) {
  const std::uint64_t beyond[] = {Table() + kReach, Table() - kReach - vectors::kChainTableSize};
  for (const std::uint64_t base : beyond) {
    SetVbar(base);
    const HostView before = HostView::Now();
    percpu::PerCpu<PassThroughTestHost> cpu;
    EXPECT_EQ(CreateAndEnable(cpu), Status::kOutOfReach);
    EXPECT_EQ(cpu.last_error().got, base);
    EXPECT_TRUE(HostView::Now() == before);
  }
}

TEST_P(PassThrough, AHostTableAtTheEndOfABranchsReachIsAccepted) {
  const std::uint64_t within[] = {Table() + kReach - vectors::kChainTableSize, Table() - kReach};
  for (const std::uint64_t base : within) {
    SetVbar(base);
    percpu::PerCpu<PassThroughTestHost> cpu;
    ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), base);
  }
}

TEST_P(PassThrough, TheTableIsRewrittenForAHostThatMovedItsVectors) {
  percpu::PerCpu<PassThroughTestHost> cpu;
  SetVbar(Table() - kReach);
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  SetVbar(machine_.HostVectorBase());
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(PassThrough, VectorsThatAreItsOwnChainTableAreInUse) {
  SetVbar(Table());
  percpu::PerCpu<PassThroughTestHost> cpu;
  EXPECT_EQ(CreateAndEnable(cpu), Status::kInUse);
}

/// Rules for hosts whose vectors are Trivet's from enable to disable.
class PassThroughPerEnable : public PassThrough {};

TEST_P(PassThroughPerEnable, ExceptionsAreForwardedToASuppliedBaseAndItIsRestored) {
  SetVbar(machine_.HostVectorBase() + kReach * 4);  // The vectors by which the caller entered EL2.
  percpu::PerCpu<VectorBaseHost> cpu;
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  machine_.TriggerIrq();
  OpenInterruptWindow();
  EXPECT_EQ(HostTableIrqs(), 1u);
  EXPECT_EQ(cpu.host_vector_base().raw(), machine_.HostVectorBase());
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), machine_.HostVectorBase());
}

TEST_P(PassThroughPerEnable, ASuppliedBaseOfACallbackHostIsRestored) {
  SetVbar(machine_.HostVectorBase() + kReach * 4);
  percpu::PerCpu<VectorBaseCallbackHost> cpu;
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  EXPECT_EQ(Cpu::Read<VbarEl2>().raw(), machine_.HostVectorBase());
}

TEST_P(PassThroughPerEnable, AMisalignedSuppliedBaseIsAnErrorAndNothingIsChanged) {
  MovableHost::base += 8;
  const HostView before = HostView::Now();
  percpu::PerCpu<VectorBaseHost> pass_through;
  EXPECT_EQ(CreateAndEnable(pass_through), Status::kInvalidArgument);
  percpu::PerCpu<VectorBaseCallbackHost> callback;
  EXPECT_EQ(CreateAndEnable(callback), Status::kInvalidArgument);
  EXPECT_EQ(callback.last_error().got, MovableHost::base);
  EXPECT_TRUE(HostView::Now() == before);
}

TEST_P(PassThroughPerEnable, ForeignVectorsAreAnErrorThatReportsThem) {
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(CreateAndEnable(cpu), Status::kOk);
  SetVbar(machine_.HostVectorBase());
  EXPECT_EQ(cpu.HardwareDisable(), Status::kVectorsReplaced);
  EXPECT_EQ(cpu.last_error().expected, Table());
  SetVbar(Table());
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, PassThrough,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));
INSTANTIATE_TEST_SUITE_P(HostKinds, PassThroughPerEnable,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge));

}  // namespace
}  // namespace trivet::tests
