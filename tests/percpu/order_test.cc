// SPDX-License-Identifier: Apache-2.0 OR MIT
// Properties that only the simulator can check: the order of writes and barriers, the wrong
// exception level, hosts with E2H.

#include <gtest/gtest.h>

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/trace.h"
#include "tests/support/machine.h"
#include "tests/support/sim/sim_machine.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using sim::EventKind;

class TransitionOrder : public ::testing::Test {
 protected:
  TransitionOrder() {
    TestHost::Here() = {};
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    trace().Clear();
  }

  sim::Trace& trace() { return SimulatedPe().trace(); }
  std::uint64_t WriteOf(RegisterId id, std::uint64_t from = 0) {
    return trace().IndexOf(EventKind::kWrite, id, from);
  }
  std::uint64_t Next(EventKind kind, std::uint64_t from) { return trace().IndexOf(kind, from); }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

// P4: no ISB anywhere.
TEST_F(TransitionOrder, EnableSynchronizesTheVectorsBeforeHcrAndHcrBeforeItReturns) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  const std::uint64_t vbar = WriteOf(RegisterId::kVbarEl2);
  const std::uint64_t first_isb = Next(EventKind::kIsb, vbar);
  const std::uint64_t hcr = WriteOf(RegisterId::kHcrEl2);
  EXPECT_LT(vbar, first_isb);
  EXPECT_LT(first_isb, hcr);
  EXPECT_LT(hcr, Next(EventKind::kIsb, hcr));
  EXPECT_FALSE(SimulatedPe().IsPending(RegisterId::kVbarEl2));
  EXPECT_FALSE(SimulatedPe().IsPending(RegisterId::kHcrEl2));
}

TEST_F(TransitionOrder, DisableIsTheReverse) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  trace().Clear();
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  const std::uint64_t hcr = WriteOf(RegisterId::kHcrEl2);
  const std::uint64_t after_hcr = Next(EventKind::kIsb, hcr);
  const std::uint64_t vbar = WriteOf(RegisterId::kVbarEl2);
  const std::uint64_t after_vbar = Next(EventKind::kIsb, vbar);
  EXPECT_LT(after_hcr, vbar);
  EXPECT_LT(after_vbar, WriteOf(RegisterId::kTpidrEl2));
  EXPECT_FALSE(SimulatedPe().IsPending(RegisterId::kHcrEl2));
  EXPECT_FALSE(SimulatedPe().IsPending(RegisterId::kVbarEl2));
}

// P6: VM over UNKNOWN stage 2 registers.
TEST_F(TransitionOrder, Stage2IsWrittenAndSynchronizedBeforeVmIsSet) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  const std::uint64_t vttbr = WriteOf(RegisterId::kVttbrEl2);
  const std::uint64_t vtcr = WriteOf(RegisterId::kVtcrEl2);
  const std::uint64_t hcr = WriteOf(RegisterId::kHcrEl2);
  EXPECT_LT(Next(EventKind::kIsb, vttbr), hcr);
  EXPECT_LT(Next(EventKind::kIsb, vtcr), hcr);
}

// P9: the vectors were installed before the handler.
TEST_F(TransitionOrder, TheSlotIsPublishedBeforeTheVectorsAndWithdrawnAfterThem) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  EXPECT_LT(WriteOf(RegisterId::kTpidrEl2), WriteOf(RegisterId::kVbarEl2));
  trace().Clear();
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  EXPECT_LT(Next(EventKind::kIsb, WriteOf(RegisterId::kVbarEl2)), WriteOf(RegisterId::kTpidrEl2));
}

// P10: interrupts were not masked.
TEST_F(TransitionOrder, EveryWriteHappensWithInterruptsMasked) {
  SimulatedPe().DaifRestore(0);
  trace().Clear();
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  const sim::Trace& events = trace();
  std::uint64_t daif = 0;
  for (std::uint64_t i = events.first(); i < events.size(); ++i) {
    if (events[i].kind() == EventKind::kDaifChange) daif = events[i].value();
    if (events[i].kind() != EventKind::kWrite || events[i].reg() == RegisterId::kDaif) continue;
    EXPECT_EQ(daif, 0x3c0u) << sim::ToString(events[i]);
  }
  EXPECT_EQ(daif, 0u);
}

// P12, and AMO: an SError at the host's own level has a handler.
TEST_F(TransitionOrder, SErrorReachesTheHostsHandler) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  SimulatedPe().RaiseSError();
  OpenInterruptWindow();
  EXPECT_EQ(TestHost::Here().serrors, 1u);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
}

// P13: no check of the exception level or of E2H.
TEST_F(TransitionOrder, OutsideEl2IsAnErrorAndNothingIsWritten) {
  SimulatedPe().set_pstate(sim::Pstate::Masked(1));
  trace().Clear();
  EXPECT_EQ(cpu_.HardwareEnable(), Status::kNotAtEl2);
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kNotAtEl2);
  EXPECT_EQ(trace().Count(EventKind::kWrite), 0u);
}

// P14: no TLB maintenance.
TEST_F(TransitionOrder, StaleTranslationsAreInvalidatedAfterHcrOnBothWays) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  ASSERT_EQ(cpu_.HardwareDisable(), Status::kOk);
  std::uint64_t from = 0;
  for (int transition = 0; transition < 2; ++transition) {
    const std::uint64_t hcr = WriteOf(RegisterId::kHcrEl2, from);
    const std::uint64_t isb = Next(EventKind::kIsb, hcr);
    const std::uint64_t tlbi = Next(EventKind::kTlbi, hcr);
    EXPECT_LT(isb, tlbi);
    const std::uint64_t dsb = Next(EventKind::kDsb, tlbi);
    from = Next(EventKind::kIsb, dsb);
  }
}

// P16: a register that does not take its value back is an error that names it.
TEST_F(TransitionOrder, ARestoreThatDoesNotStickIsReportedByRegister) {
  ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
  bool all_restored = false;
  SimulatedPe().SetStepHook([&](sim::Pe& pe) {
    if (!all_restored && pe.Peek(RegisterId::kTpidrEl2) == 0) {
      all_restored = true;
      pe.Poke(RegisterId::kVttbrEl2, 0x1000);
    }
  });
  EXPECT_EQ(cpu_.HardwareDisable(), Status::kRestoreMismatch);
  EXPECT_TRUE(all_restored);
  EXPECT_EQ(cpu_.last_error().register_id, RegisterId::kVttbrEl2);
  EXPECT_EQ(cpu_.last_error().got, 0x1000u);
}

}  // namespace
}  // namespace trivet::tests
