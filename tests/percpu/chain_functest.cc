// SPDX-License-Identifier: Apache-2.0 OR MIT
// A pass-through host's table receives every register as the exception left it: each exception is
// taken once by the host's table itself and once through Trivet's vectors, and the two records are
// equal. EL2 only; chain_registers_test is the same on the simulator.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>

#include "hal/cpu.h"
#include "hal/exception_class.h"
#include "percpu/per_cpu.h"
#include "tests/percpu/probe.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vectors/syndrome.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

/// The registers that probe.S records.
struct Record {
  std::uint64_t x[31];
  std::uint64_t sp, sp_el0, elr, spsr, esr, far, tpidr, vector;
};
static_assert(offsetof(Record, x) == PROBE_X && offsetof(Record, sp) == PROBE_SP);
static_assert(offsetof(Record, sp_el0) == PROBE_SP_EL0 && offsetof(Record, elr) == PROBE_ELR);
static_assert(offsetof(Record, spsr) == PROBE_SPSR && offsetof(Record, esr) == PROBE_ESR);
static_assert(offsetof(Record, far) == PROBE_FAR && offsetof(Record, tpidr) == PROBE_TPIDR);
static_assert(offsetof(Record, vector) == PROBE_VECTOR && sizeof(Record) == PROBE_SIZE);

constexpr std::uint64_t kPattern = std::uint64_t{PROBE_PATTERN_HIGH} << 48 | PROBE_PATTERN_LOW;
constexpr std::uint64_t kHostTpidr = 0x0123'4567'89ab'cdef;
constexpr std::uint64_t kOldEsr = 0x1234'5678, kOldFar = 0x8765'4321;
constexpr std::uint64_t kKindOfSlot = 0x180, kIrqSlot = 0x80, kFiqSlot = 0x100;

}  // namespace
}  // namespace trivet::tests

extern "C" {
extern const char trivet_probe_vectors[];
trivet::tests::Record trivet_probe_recorded;
void trivet_probe_brk_sp0();
void trivet_probe_brk_spx();
void trivet_probe_abort_sp0();
void trivet_probe_abort_spx();
void trivet_probe_unmask_sp0();
void trivet_probe_unmask_spx();

/// Ends the cause: acknowledges an interrupt, skips an instruction.
void trivet_probe_taken() {
  using trivet::hal::Cpu;
  using trivet::hal::ElrEl2;
  using namespace trivet::tests;
  switch (trivet_probe_recorded.vector & kKindOfSlot) {
    case 0: Cpu::Write<ElrEl2>(ElrEl2::FromRaw(trivet_probe_recorded.elr + 4)); break;
    case kIrqSlot: (void)AcknowledgeIrq(); break;
    case kFiqSlot: (void)AcknowledgeFiq(); break;
    default: ADD_FAILURE() << "unexpected SError";
  }
}
}

namespace trivet::tests {
namespace {

/// An exception, by SPSel: how it is made pending, and the code that takes it.
struct Probe {
  const char* name;
  void (*arm)(Machine& machine);
  void (*run[2])();
  std::uint64_t slot;  ///< From the start of its group of four.
};

void WaitUntilPending() {
  while (Cpu::Read<IsrEl1>().raw() == 0) {
  }
}

const Probe kProbes[] = {
    {"brk", [](Machine&) {}, {&trivet_probe_brk_sp0, &trivet_probe_brk_spx}, 0},
    {"abort", [](Machine&) {}, {&trivet_probe_abort_sp0, &trivet_probe_abort_spx}, 0},
    {"sgi",
     [](Machine& machine) { machine.TriggerIrq(); },
     {&trivet_probe_unmask_sp0, &trivet_probe_unmask_spx},
     kIrqSlot},
    {"timer",
     [](Machine& machine) { machine.StartTimer(1); },
     {&trivet_probe_unmask_sp0, &trivet_probe_unmask_spx},
     kIrqSlot},
    {"fiq",
     [](Machine& machine) { machine.TriggerFiq(); },
     {&trivet_probe_unmask_sp0, &trivet_probe_unmask_spx},
     kFiqSlot},
};

class PassThroughRegisters : public ::testing::TestWithParam<std::tuple<HostKind, unsigned>> {
 protected:
  PassThroughRegisters() : machine_(std::get<0>(GetParam())) {
    Cpu::Write<VbarEl2>(VbarEl2::FromRaw(reinterpret_cast<std::uint64_t>(&trivet_probe_vectors)));
    Cpu::Write<TpidrEl2>(TpidrEl2::FromRaw(kHostTpidr));
    Cpu::Isb();
  }
  ~PassThroughRegisters() override { Cpu::Write<TpidrEl2>({}); }

  static unsigned SpSel() { return std::get<1>(GetParam()); }

  Record Take(const Probe& probe) {
    trivet_probe_recorded = {};
    probe.arm(machine_);
    if (probe.slot != 0) WaitUntilPending();
    Cpu::Write<EsrEl2>(EsrEl2::FromRaw(kOldEsr));
    Cpu::Write<FarEl2>(FarEl2::FromRaw(kOldFar));
    probe.run[SpSel()]();
    return trivet_probe_recorded;
  }

  static void ExpectAsAtEntry(const Probe& probe, const Record& record) {
    EXPECT_EQ(record.vector, SpSel() * 0x200 + probe.slot);
    for (unsigned n = 0; n < 31; ++n) EXPECT_EQ(record.x[n], kPattern + n) << "x" << n;
    EXPECT_EQ(record.tpidr, kHostTpidr);
    EXPECT_EQ(record.spsr & 0xf, 0x8u | SpSel());
    EXPECT_EQ(record.spsr >> 28, 0b1010u);
    if (probe.slot != 0) {
      EXPECT_EQ(record.esr, kOldEsr);
      EXPECT_EQ(record.far, kOldFar);
    }
  }

  static unsigned Differences(const Record& direct, const Record& forwarded) {
    const auto* a = reinterpret_cast<const std::uint64_t*>(&direct);
    const auto* b = reinterpret_cast<const std::uint64_t*>(&forwarded);
    unsigned differences = 0;
    for (unsigned i = 0; i < sizeof(Record) / sizeof(std::uint64_t); ++i) {
      EXPECT_EQ(a[i], b[i]) << "word " << i << " of the record";
      differences += a[i] != b[i];
    }
    return differences;
  }

  Machine machine_;
};

TEST_P(PassThroughRegisters, AreTheSameWhetherTheHostsTableIsEnteredDirectlyOrThroughOurs) {
  Record direct[std::size(kProbes)];
  for (unsigned i = 0; i < std::size(kProbes); ++i) direct[i] = Take(kProbes[i]);
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  // A VHE host has its own vectors whenever it runs.
  if (std::get<0>(GetParam()) != HostKind::kVhe) {
    ASSERT_EQ(Cpu::Read<VbarEl2>().raw(), ChainPlaceOf(Cpu::CurrentCpu()).executable);
  }
  for (unsigned i = 0; i < std::size(kProbes); ++i) {
    SCOPED_TRACE(kProbes[i].name);
    const Record forwarded = Take(kProbes[i]);
    ExpectAsAtEntry(kProbes[i], forwarded);
    EXPECT_EQ(Differences(direct[i], forwarded), 0u);
  }
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(PassThroughRegisters, HoldWhatTheExceptionLeft) {
  percpu::PerCpu<PassThroughTestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const Record brk = Take(kProbes[0]);
  EXPECT_EQ(vectors::Syndrome::FromRaw(brk.esr).exception_class(), ExceptionClass::kBrk64);
  EXPECT_EQ(vectors::Syndrome::FromRaw(brk.esr).immediate(), PROBE_BRK_IMMEDIATE);
  const Record abort = Take(kProbes[1]);
  EXPECT_EQ(vectors::Syndrome::FromRaw(abort.esr).exception_class(),
            ExceptionClass::kDataAbortSame);
  EXPECT_EQ(abort.far, kPattern + 7);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, PassThroughRegisters,
                         ::testing::Combine(::testing::Values(HostKind::kNvhe, HostKind::kNvheTge,
                                                              HostKind::kVhe),
                                            ::testing::Values(0u, 1u)));

}  // namespace
}  // namespace trivet::tests
