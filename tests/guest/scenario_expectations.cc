// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/scenario_expectations.h"

#include <gtest/gtest.h>

#include "hal/registers.h"

namespace trivet::tests {
namespace {

using vcpu::ExitReason;

constexpr ExitReason kReasons[ScenarioResult::kExits] = {
    ExitReason::kHypercall,      ExitReason::kSecureMonitorCall, ExitReason::kWaitTrap,
    ExitReason::kSystemRegister, ExitReason::kDataAbort,         ExitReason::kIrq,
    ExitReason::kHypercall};

/// HVC's preferred return address is the next instruction; everything else's is the instruction
/// itself.
constexpr std::uint64_t kPcs[ScenarioResult::kExits] = {8, 8, 12, 16, 20, 24, 32};

void ExpectSyndromes(const ScenarioResult& result) {
  EXPECT_EQ(result.exit[0].syndrome.immediate(), 1);
  EXPECT_FALSE(result.exit[2].syndrome.wait().is_wfe);
  const vectors::SystemRegisterTrap trap = result.exit[3].syndrome.system_register();
  EXPECT_TRUE(trap.encoding == hal::kInfo<hal::IdAa64Pfr0El1>.encoding);
  EXPECT_TRUE(trap.is_read);
  EXPECT_EQ(trap.rt, 3);
  const vectors::DataAbort abort = result.exit[4].syndrome.data_abort();
  EXPECT_EQ(abort.fault.kind, vectors::FaultKind::kTranslation);
  EXPECT_FALSE(abort.is_write);
  EXPECT_EQ(abort.rt, 5);
  EXPECT_EQ(result.exit[4].fault.intermediate_address, kUnmappedIpa);
  EXPECT_EQ(result.exit[4].fault.virtual_address, kUnmappedIpa);
  EXPECT_EQ(result.exit[6].syndrome.immediate(), 2);
}

}  // namespace

void ExpectScenario(percpu::HostKind kind, HostInterface host_interface,
                    const ScenarioResult& result) {
  EXPECT_EQ(result.create, Status::kOk);
  ASSERT_EQ(result.enable, Status::kOk);
  ASSERT_EQ(result.exits, ScenarioResult::kExits);
  for (unsigned n = 0; n < ScenarioResult::kExits; ++n) {
    SCOPED_TRACE(n);
    EXPECT_EQ(result.run[n], Status::kOk);
    EXPECT_EQ(result.exit[n].reason, kReasons[n]);
    EXPECT_EQ(result.pc[n], kPcs[n]);
  }
  ExpectSyndromes(result);
  // A VHE host's vectors are its own whenever it runs, and a pass-through host's are where ours
  // lead: its own table takes the interrupt.
  const bool own_table =
      kind == percpu::HostKind::kVhe || host_interface == HostInterface::kPassThrough;
  EXPECT_EQ(result.irqs_to_handler, own_table ? 0u : 1u);
  EXPECT_EQ(result.irqs_to_host_table, own_table ? 1u : 0u);
  EXPECT_EQ(result.hcr.granted(), hal::HcrEl2().twi(true).tid3(true));
  EXPECT_EQ(result.hcr.dropped(), hal::HcrEl2());
  EXPECT_EQ(result.unload, Status::kOk);
  EXPECT_EQ(result.audit, Status::kOk);
  EXPECT_EQ(result.disable, Status::kOk);
  EXPECT_TRUE(result.after == result.before);
  EXPECT_EQ(result.irqs_after, 1u);
}

}  // namespace trivet::tests
