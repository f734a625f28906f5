#include "tests/guest/life_expectations.h"

#include <gtest/gtest.h>

#include "hal/registers.h"

namespace trivet::tests {
namespace {

using vcpu::ExitReason;

constexpr ExitReason kReasons[Life::kExits] = {
    ExitReason::kHypercall,      ExitReason::kSecureMonitorCall, ExitReason::kWaitTrap,
    ExitReason::kSystemRegister, ExitReason::kDataAbort,         ExitReason::kIrq,
    ExitReason::kHypercall};

/// HVC's preferred return address is the next instruction; everything else's is the instruction
/// itself.
constexpr std::uint64_t kPcs[Life::kExits] = {8, 8, 12, 16, 20, 24, 32};

void ExpectSyndromes(const Life& life) {
  EXPECT_EQ(life.exit[0].syndrome.immediate(), 1);
  EXPECT_FALSE(life.exit[2].syndrome.wait().is_wfe);
  const vectors::SystemRegisterTrap trap = life.exit[3].syndrome.system_register();
  EXPECT_TRUE(trap.encoding == hal::kInfo<hal::IdAa64Pfr0El1>.encoding);
  EXPECT_TRUE(trap.is_read);
  EXPECT_EQ(trap.rt, 3);
  const vectors::DataAbort abort = life.exit[4].syndrome.data_abort();
  EXPECT_EQ(abort.fault.kind, vectors::FaultKind::kTranslation);
  EXPECT_FALSE(abort.is_write);
  EXPECT_EQ(abort.rt, 5);
  EXPECT_EQ(life.exit[4].fault.intermediate_address, kUnmappedIpa);
  EXPECT_EQ(life.exit[4].fault.virtual_address, kUnmappedIpa);
  EXPECT_EQ(life.exit[6].syndrome.immediate(), 2);
}

}  // namespace

void ExpectTheWholeLife(percpu::HostKind kind, Service service, const Life& life) {
  EXPECT_EQ(life.create, Status::kOk);
  ASSERT_EQ(life.enable, Status::kOk);
  ASSERT_EQ(life.exits, Life::kExits);
  for (unsigned n = 0; n < Life::kExits; ++n) {
    SCOPED_TRACE(n);
    EXPECT_EQ(life.run[n], Status::kOk);
    EXPECT_EQ(life.exit[n].reason, kReasons[n]);
    EXPECT_EQ(life.pc[n], kPcs[n]);
  }
  ExpectSyndromes(life);
  // A VHE host's vectors are its own whenever it runs, and a pass-through host's are where ours
  // lead: its own table takes the interrupt.
  const bool own_table = kind == percpu::HostKind::kVhe || service == Service::kPassThrough;
  EXPECT_EQ(life.irqs_to_handler, own_table ? 0u : 1u);
  EXPECT_EQ(life.irqs_to_host_table, own_table ? 1u : 0u);
  EXPECT_EQ(life.hcr.granted(), hal::HcrEl2().twi(true).tid3(true));
  EXPECT_EQ(life.hcr.dropped(), hal::HcrEl2().nv(true));
  EXPECT_EQ(life.unload, Status::kOk);
  EXPECT_EQ(life.audit, Status::kOk);
  EXPECT_EQ(life.disable, Status::kOk);
  EXPECT_TRUE(life.after == life.before);
  EXPECT_EQ(life.irqs_after, 1u);
}

}  // namespace trivet::tests
