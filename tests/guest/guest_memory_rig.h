// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>

#include "percpu/per_cpu.h"
#include "sim/memory/stage2.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "tests/support/host_of_kind.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {

using vcpu::Attributes;
using vcpu::GuestMemory;
using vcpu::Mapping;
using vcpu::MemoryType;
using vcpu::Permissions;
using vcpu::TablePool;

inline constexpr std::uint64_t kK4 = 1 << 12, kM2 = 1 << 21, kG1 = 1 << 30;
inline constexpr std::uint64_t kProgram = 40 * kG1;  ///< Physical; its IPA is 0x4000'0000.
inline constexpr std::uint64_t kProgramIpa = kG1;
inline constexpr std::uint64_t kData = 41 * kG1;  ///< Physical, 4 MiB of memory.

inline vcpu::TablePoolMemory<80> tables;

inline const sim::Profile& BigProfile() { return sim::ProfileNamed("max"); }

/// Two CPUs, enabled, and a pool.
class GuestMemoryTest : public ::testing::Test {
 protected:
  GuestMemoryTest() : machine_(BigProfile(), 2) {
    tables = {};
    machine_.memory().MapHost(PhysicalAddressOf(tables.tables), tables.tables,
                              sizeof(tables.tables));
    machine_.memory().Map(kData, 2 * kM2);
    machine_.memory().Place(kProgram, {sim::Ldr(5, 1), sim::Str(5, 2), sim::Hvc(1)});
    for (unsigned i = 0; i < 2; ++i) {
      const sim::ScopedPe here(machine_.pe(i));
      BecomeHost(hal::HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true),
                 percpu::HostKind::kNvhe);
      machine_.pe(i).Poke(hal::RegisterId::kVbarEl2, 0x4010'0000);
      machine_.pe(i).Poke(hal::RegisterId::kSctlrEl2,
                          hal::SctlrEl2::Inert().eis(true).eos(true).raw());
      EXPECT_EQ(cpus_[i].Create(machine_.pe(i).id()), Status::kOk);
      EXPECT_EQ(cpus_[i].HardwareEnable(), Status::kOk);
    }
  }
  ~GuestMemoryTest() override {
    for (unsigned i = 0; i < 2; ++i) {
      const sim::ScopedPe here(machine_.pe(i));
      EXPECT_EQ(cpus_[i].HardwareDisable(), Status::kOk);
    }
  }

  percpu::PerCpuState& cpu() { return cpus_[0]; }

  /// Where the hardware finds `ipa` for this access at EL1.
  std::optional<std::uint64_t> HardwareWalk(const GuestMemory& memory, std::uint64_t ipa,
                                            sim::AccessKind access = sim::AccessKind::kRead) {
    const sim::Stage2Controls controls = {.vtcr = memory.vtcr().raw(),
                                          .vttbr = memory.vttbr().raw(),
                                          .pa_bits = 48,
                                          .execute_never_el = true};
    const auto leaf = sim::WalkStage2(controls, machine_.memory(), ipa);
    if (!leaf) return std::nullopt;
    const auto pa = sim::AccessThrough(controls, machine_.memory(), *leaf, ipa, access, 1);
    return pa ? std::optional(*pa) : std::nullopt;
  }

  /// What the guest's program does on CPU `i`: the exit, which is kHypercall unless an access
  /// faults. Loads from `load`, stores to `store`.
  vcpu::ExitReason RunOn(unsigned i, vcpu::Vcpu& guest, std::uint64_t load, std::uint64_t store) {
    const sim::ScopedPe here(machine_.pe(i));
    guest.frame().pc = kProgramIpa;
    guest.frame().x[1] = load;
    guest.frame().x[2] = store;
    const auto exit = guest.Run(cpus_[i]);
    EXPECT_TRUE(exit.has_value());
    return exit->reason;
  }
  void CreateWithProgram(GuestMemory& memory) {
    ASSERT_EQ(memory.Create(pool_, 40, 7), Status::kOk);
    ASSERT_EQ(memory.Map(kProgramIpa, kProgram, kK4, {}), Status::kOk);
  }
  /// The test's only guest: it outlives the disable of the CPU that has its registers.
  vcpu::Vcpu& MakeGuest(const GuestMemory& memory) {
    return guest_.emplace(
        vcpu::Config{.entry = kProgramIpa, .vtcr = memory.vtcr(), .vttbr = memory.vttbr()});
  }

  std::optional<vcpu::Vcpu> guest_;
  sim::Machine machine_;
  percpu::PerCpu<TestHost> cpus_[2];
  sim::ScopedPe current_{machine_.pe(0)};
  TablePool pool_{tables.tables, tables.used, PhysicalAddressOf(tables.tables)};
};

}  // namespace trivet::tests
