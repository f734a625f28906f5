// SPDX-License-Identifier: Apache-2.0 OR MIT
// Each of the eight slots of the current exception level, through a chain table: the host's own
// slot receives every register, PSTATE included, as the exception left it. On the simulator, which
// can raise every exception; at EL2 chain_functest does the same with real ones.

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <tuple>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/exception.h"
#include "sim/pe/pe.h"
#include "tests/support/machine.h"
#include "tests/support/sim/sim_machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kPattern = 0xabcd'0000'0000'1000;
constexpr std::uint64_t kReturnAddress = 0x4400'1234;
constexpr std::uint64_t kFaultAddress = 0x7700'0000;
constexpr std::uint64_t kGuestEntry = 0x4020'0000;
constexpr std::uint64_t kNzcv = 0xa000'0000;

/// The state at entry to the host's table.
struct Found {
  std::uint64_t offset;
  sim::PeState state;
};
std::optional<Found> found;

bool RecordInHostTable(sim::Pe& pe, std::uint64_t offset) {
  found = Found{.offset = offset, .state = pe.Snapshot()};
  return true;
}

/// The slot by its number, 0 to 7.
sim::Exception ExceptionFor(unsigned slot) {
  sim::Exception exception = {.kind = static_cast<sim::VectorKind>(slot % 4 * 0x80),
                              .return_address = kReturnAddress};
  if (exception.kind == sim::VectorKind::kSync) {
    exception.esr = sim::Syndrome(ExceptionClass::kDataAbortSame, 4);
    exception.far = kFaultAddress;
  } else if (exception.kind == sim::VectorKind::kSError) {
    exception.esr = sim::Syndrome(ExceptionClass::kSError, 0);
  }
  return exception;
}

/// Takes an exception with known registers and runs its vector; returns the state at entry.
sim::PeState TakeInto(sim::Pe& pe, unsigned slot) {
  for (unsigned n = 0; n < 31; ++n) pe.set_x(n, kPattern + n);
  sim::Pstate from = sim::Pstate::FromSpsr(kNzcv | 2 << 2 | (slot < 4 ? 0 : sim::Pstate::kSp));
  pe.set_pstate(from);
  const std::uint64_t vector = pe.TakeException(ExceptionFor(slot));
  const sim::PeState entry = pe.Snapshot();
  pe.RunCodeAt(vector);
  return entry;
}

void ExpectFoundAsAtEntry(const sim::PeState& entry, std::uint64_t host_base, unsigned slot) {
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->offset, slot * 0x80);
  EXPECT_EQ(found->state.pc, host_base + slot * 0x80);
  EXPECT_EQ(found->state.pstate, entry.pstate);
  EXPECT_TRUE(found->state.x == entry.x);
  EXPECT_EQ(found->state.x[30], kPattern + 30);
  for (const RegisterInfo& info : AllRegisters()) {
    const auto i = static_cast<unsigned>(info.storage);
    EXPECT_EQ(found->state.cells[i].value, entry.cells[i].value) << info.name;
  }
}

class PassThroughSlot : public ::testing::TestWithParam<std::tuple<HostKind, unsigned>> {
 protected:
  PassThroughSlot() : machine_(kind()) {
    found.reset();
    SetHostTable(&RecordInHostTable);
    SimulatedPe().Poke(RegisterId::kTpidrEl2, 0x0123'4567'89ab'cdef);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }

  static HostKind kind() { return std::get<0>(GetParam()); }
  static unsigned slot() { return std::get<1>(GetParam()); }

  Machine machine_;
  percpu::PerCpu<PassThroughTestHost> cpu_;
};

TEST_P(PassThroughSlot, IsForwardedToTheHostsOwnSlotWithEveryRegisterAsAtEntry) {
  const sim::PeState entry = TakeInto(SimulatedPe(), slot());
  ExpectFoundAsAtEntry(entry, machine_.HostVectorBase(), slot());
}

// Also where the vectors are switched per run, in the few instructions around a guest.
TEST_P(PassThroughSlot, DoesSoWhileTheVectorsAreTrivetsAroundARun) {
  const std::uint64_t table = ChainPlaceOf(Cpu::CurrentCpu()).executable;
  static vcpu::BlockStage2 stage2;
  ShowToTableWalks(&stage2, sizeof(stage2));
  constexpr std::uint64_t kBlock = vcpu::BlockStage2::kBlockSize;
  ASSERT_EQ(stage2.Map(kBlock, kBlock, vcpu::MemoryType::kNormal), Status::kOk);
  SimulatedPe().memory().Place(kGuestEntry, {sim::Hvc(1)});
  vcpu::Vcpu guest({.entry = kGuestEntry,
                    .vtcr = vcpu::BlockStage2::vtcr(),
                    .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2), 1)});
  unsigned taken = 0;
  SimulatedPe().SetStepHook([&](sim::Pe& pe) {
    const bool ours = pe.Peek(RegisterId::kVbarEl2) == table && !pe.IsPending(RegisterId::kVbarEl2);
    if (!ours || pe.pstate().el() != 2) return;
    const sim::PeState before = pe.Snapshot();
    const sim::PeState entry = TakeInto(pe, slot());
    ExpectFoundAsAtEntry(entry, machine_.HostVectorBase(), slot());
    pe.Restore(before);
    ++taken;
  });
  const Result<vcpu::Exit> exit = guest.Run(cpu_);
  SimulatedPe().SetStepHook(nullptr);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->reason, vcpu::ExitReason::kHypercall);
  EXPECT_GE(taken, 3u);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(Slots, PassThroughSlot,
                         ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge,
                                                              HostKind::kVhe),
                                            ::testing::Range(0u, 8u)));

}  // namespace
}  // namespace trivet::tests
