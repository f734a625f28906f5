// GuestMemory on the simulator: against a map of pages, against the simulator's own table walk, and
// against what the TLBs of two CPUs may hold.

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/memory/stage2.h"
#include "sim/pe/machine.h"
#include "sim/pe/scoped_pe.h"
#include "sim/pe/violation.h"
#include "tests/support/host_of_kind.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2/guest_memory.h"
#include "vcpu/stage2/vmid_allocator.h"
#include "vcpu/vcpu.h"

namespace trivet::tests {
namespace {

using vcpu::Access;
using vcpu::Attributes;
using vcpu::GuestMemory;
using vcpu::Mapping;
using vcpu::MemoryType;
using vcpu::TablePool;

constexpr std::uint64_t kK4 = 1 << 12, kM2 = 1 << 21, kG1 = 1 << 30;
constexpr std::uint64_t kProgram = 40 * kG1;  ///< Physical; its IPA is 0x4000'0000.
constexpr std::uint64_t kProgramIpa = kG1;
constexpr std::uint64_t kData = 41 * kG1;  ///< Physical, 4 MiB of memory.

vcpu::TablePoolMemory<80> tables;

const sim::Profile& BigProfile() { return sim::ProfileNamed("max"); }

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
  static vcpu::Config ConfigOf(const GuestMemory& memory) {
    return {.entry = kProgramIpa, .vtcr = memory.vtcr(), .vttbr = memory.vttbr()};
  }

  sim::Machine machine_;
  percpu::PerCpu<TestHost> cpus_[2];
  sim::ScopedPe current_{machine_.pe(0)};
  TablePool pool_{tables.tables, tables.used, PhysicalAddressOf(tables.tables)};
};

/// The reference: what each stretch between neighbouring points maps. No tables, no levels.
class Reference {
 public:
  static constexpr auto kPoints = std::to_array<std::uint64_t>(
      {0, kK4, kM2 - kK4, kM2, kM2 + 3 * kK4, 3 * kM2, kG1 - kM2, kG1 - kK4, kG1, kG1 + kM2,
       2 * kG1, 3 * kG1 - kK4, 3 * kG1, 3 * kG1 + kM2 + kK4, 4 * kG1});
  static constexpr std::size_t kStretches = kPoints.size() - 1;

  struct Stretch {
    std::uint64_t pa;
    Attributes attributes;
  };

  bool AnyMapped(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i) {
      if (stretches_[i]) return true;
    }
    return false;
  }
  bool AllMapped(std::size_t from, std::size_t to) const {
    for (std::size_t i = from; i < to; ++i) {
      if (!stretches_[i]) return false;
    }
    return true;
  }
  void Map(std::size_t from, std::size_t to, std::uint64_t pa, Attributes attributes) {
    for (std::size_t i = from; i < to; ++i) {
      stretches_[i] = {pa + kPoints[i] - kPoints[from], attributes};
    }
  }
  void Unmap(std::size_t from, std::size_t to) {
    for (std::size_t i = from; i < to; ++i) stretches_[i].reset();
  }
  void Protect(std::size_t from, std::size_t to, Access access) {
    for (std::size_t i = from; i < to; ++i) stretches_[i]->attributes.access = access;
  }
  const std::optional<Stretch>& at(std::size_t i) const { return stretches_[i]; }

 private:
  std::array<std::optional<Stretch>, kStretches> stretches_;
};

Access RandomAccess(std::mt19937_64& random) {
  const std::uint64_t bits = random();
  return {.read = (bits & 1) != 0, .write = (bits & 2) != 0, .execute = (bits & 4) != 0};
}

class GuestMemoryModel : public GuestMemoryTest {
 protected:
  /// One call with random arguments, in the reference too.
  void Step(GuestMemory& memory, Reference& reference) {
    std::size_t from = random_() % Reference::kStretches;
    std::size_t to = 1 + random_() % Reference::kStretches;
    if (from > to) std::swap(from, to);
    if (from == to) return;
    const std::uint64_t ipa = Reference::kPoints[from];
    const std::uint64_t size = Reference::kPoints[to] - ipa;
    const std::size_t available = pool_.available();
    const Access access = RandomAccess(random_);
    switch (random_() % 3) {
      case 0: {
        constexpr std::uint64_t kOffsets[] = {0, kK4, kM2, kG1, 8 * kG1 + 5 * kM2};
        const std::uint64_t pa = ipa + kOffsets[random_() % std::size(kOffsets)];
        const MemoryType type = random_() % 2 != 0 ? MemoryType::kNormal : MemoryType::kDevice;
        const bool any = reference.AnyMapped(from, to);
        const Status s = memory.Map(ipa, pa, size, {type, access});
        if (s == Status::kOk) reference.Map(from, to, pa, {type, access});
        EXPECT_EQ(s == Status::kAlreadyMapped || (any && s == Status::kOutOfTables), any);
        return ExpectUnchangedUnless(s, available);
      }
      case 1: {
        const Status s = memory.Unmap(cpu(), ipa, size);
        if (s == Status::kOk) reference.Unmap(from, to);
        if (s != Status::kOk) EXPECT_EQ(s, Status::kOutOfTables);
        return ExpectUnchangedUnless(s, available);
      }
      default: {
        const bool all = reference.AllMapped(from, to);
        const Status s = memory.Protect(cpu(), ipa, size, access);
        if (s == Status::kOk) reference.Protect(from, to, access);
        EXPECT_EQ(s == Status::kInvalidArgument, !all);
        return ExpectUnchangedUnless(s, available);
      }
    }
  }
  void ExpectUnchangedUnless(Status s, std::size_t available) {
    if (s != Status::kOk) EXPECT_EQ(pool_.available(), available);
  }

  void ExpectEqual(const GuestMemory& memory, const Reference& reference) {
    for (std::size_t i = 0; i < Reference::kStretches; ++i) {
      const std::uint64_t last = Reference::kPoints[i + 1] - 8;
      for (const std::uint64_t ipa : {Reference::kPoints[i], last}) {
        ExpectEqual(memory, ipa, reference.at(i), ipa - Reference::kPoints[i]);
      }
    }
  }
  void ExpectEqual(const GuestMemory& memory, std::uint64_t ipa,
                   const std::optional<Reference::Stretch>& stretch, std::uint64_t offset) {
    const std::optional<Mapping> walked = memory.Walk(ipa);
    ASSERT_EQ(walked.has_value(), stretch.has_value()) << std::hex << ipa;
    using enum sim::AccessKind;
    for (const sim::AccessKind access : {kRead, kWrite, kFetch}) {
      const Access may = stretch ? stretch->attributes.access : Access{false, false, false};
      const bool allowed = access == kRead ? may.read : access == kWrite ? may.write : may.execute;
      const std::optional<std::uint64_t> found = HardwareWalk(memory, ipa, access);
      ASSERT_EQ(found.has_value(), allowed) << std::hex << ipa;
      if (allowed) ASSERT_EQ(*found, stretch->pa + offset) << std::hex << ipa;
    }
    if (!stretch) return;
    ASSERT_EQ(walked->pa, stretch->pa + offset) << std::hex << ipa;
    ASSERT_EQ(walked->attributes, stretch->attributes) << std::hex << ipa;
  }

  std::mt19937_64 random_{20261129};
};

TEST_F(GuestMemoryModel, RandomCallsAgreeWithAMapOfPagesAndWithTheHardwaresWalk) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 40, 7), Status::kOk);
  const std::size_t empty = pool_.available();
  Reference reference;
  for (unsigned i = 0; i < 3000; ++i) {
    SCOPED_TRACE(i);
    Step(memory, reference);
    ExpectEqual(memory, reference);
    if (HasFatalFailure()) return;
  }
  ASSERT_EQ(memory.Unmap(cpu(), 0, std::uint64_t{1} << 40), Status::kOk);
  EXPECT_EQ(pool_.available(), empty);
  memory.Destroy();
  EXPECT_EQ(pool_.available(), std::size(tables.tables));
}

// [arm-arm] "Concatenated translation tables": 32 to 34 bits start at level 2, 40 to 43 at level 1.
TEST_F(GuestMemoryTest, EverySizeReachesItsLastPageAndNoFurther) {
  for (unsigned bits = 32; bits <= 48; ++bits) {
    SCOPED_TRACE(bits);
    GuestMemory memory;
    ASSERT_EQ(memory.Create(pool_, bits, 7), Status::kOk);
    const std::uint64_t end = std::uint64_t{1} << bits;
    ASSERT_EQ(memory.Map(end - kK4, kData, kK4, {}), Status::kOk);
    ASSERT_EQ(memory.Map(0, kData + kK4, kK4, {}), Status::kOk);
    EXPECT_EQ(HardwareWalk(memory, end - 8), kData + kK4 - 8);
    EXPECT_EQ(HardwareWalk(memory, 8), kData + kK4 + 8);
    EXPECT_EQ(HardwareWalk(memory, end), std::nullopt);
    EXPECT_EQ(memory.Walk(end), std::nullopt);
    EXPECT_EQ(memory.Map(end - kK4, kData, 2 * kK4, {}), Status::kInvalidArgument);
    memory.Destroy();
    ASSERT_EQ(pool_.available(), std::size(tables.tables));
  }
  GuestMemory memory;
  EXPECT_EQ(memory.Create(pool_, 31, 7), Status::kInvalidArgument);
  EXPECT_EQ(memory.Create(pool_, 49, 7), Status::kInvalidArgument);
  EXPECT_EQ(memory.Create(pool_, 40, 0), Status::kInvalidArgument);
}

TEST_F(GuestMemoryTest, AMappingUsesTheLargestBlocksThatItsAddressesAllow) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 39, 7), Status::kOk);
  ASSERT_EQ(memory.Map(kG1 - kM2 - kK4, 3 * kG1 - kM2 - kK4, 2 * kG1, {}), Status::kOk);
  EXPECT_EQ(memory.Walk(kG1 - kM2 - kK4)->size, kK4);
  EXPECT_EQ(memory.Walk(kG1 - kM2)->size, kM2);
  EXPECT_EQ(memory.Walk(kG1)->size, kG1);
  ASSERT_EQ(memory.Unmap(cpu(), kG1 + 5 * kM2 + kK4, kK4), Status::kOk);
  EXPECT_EQ(memory.Walk(kG1 + 5 * kM2)->size, kK4);
  EXPECT_EQ(memory.Walk(kG1 + 4 * kM2)->size, kM2);
  memory.Destroy();
}

TEST_F(GuestMemoryTest, APoolThatIsTooSmallChangesNothing) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 39, 7), Status::kOk);
  ASSERT_EQ(memory.Map(0, 0, kG1, {}), Status::kOk);
  while (pool_.available() > 1) (void)pool_.Take();
  EXPECT_EQ(memory.Map(kG1, 0, kM2 + kK4, {}), Status::kOutOfTables);
  EXPECT_EQ(memory.Walk(kG1), std::nullopt);
  EXPECT_EQ(memory.Unmap(cpu(), kM2, kK4), Status::kOutOfTables);
  EXPECT_EQ(memory.Protect(cpu(), kM2, kK4, {}), Status::kOutOfTables);
  EXPECT_EQ(memory.Walk(kM2)->size, kG1);
  EXPECT_EQ(pool_.available(), 1u);
}

TEST_F(GuestMemoryTest, WhatAnotherCpusTlbHoldsIsGoneAfterUnmap) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu guest(ConfigOf(memory));
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kHypercall);
  ASSERT_EQ(memory.Unmap(cpu(), kK4, kK4), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kDataAbort);
  EXPECT_EQ(RunOn(1, guest, 3 * kK4, 2 * kK4), vcpu::ExitReason::kHypercall) << "the rest stays";
}

TEST_F(GuestMemoryTest, WhatAnotherCpusTlbHoldsIsGoneAfterProtect) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu guest(ConfigOf(memory));
  EXPECT_EQ(RunOn(1, guest, kK4, 2 * kK4), vcpu::ExitReason::kHypercall);
  ASSERT_EQ(memory.Protect(cpu(), 2 * kK4, kK4, {.write = false}), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, 2 * kK4, 2 * kK4), vcpu::ExitReason::kDataAbort);
  EXPECT_EQ(RunOn(1, guest, 2 * kK4, kK4), vcpu::ExitReason::kHypercall);
}

// The tests above see it: maintenance of this CPU alone leaves the other CPU's entries.
TEST_F(GuestMemoryTest, MaintenanceOfOneCpuIsNotEnough) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kK4, {}), Status::kOk);
  vcpu::Vcpu guest(ConfigOf(memory));
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall);
  machine_.pe(0).SetAccessFilter([](sim::SoftwareAccess& access) {
    if (access.kind == sim::SoftwareAccess::Kind::kTlbi) {
      access.value = static_cast<std::uint64_t>(hal::Tlbi::kVmallS12E1);
    }
    return true;
  });
  ASSERT_EQ(memory.Unmap(cpu(), 0, kK4), Status::kOk);
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall) << "by the stale entry";
  machine_.pe(0).SetAccessFilter(nullptr);
}

TEST_F(GuestMemoryTest, ASplitWithoutBreakBeforeMakeIsAViolation) {
  GuestMemory memory;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  vcpu::Vcpu guest(ConfigOf(memory));
  EXPECT_EQ(RunOn(1, guest, 0, 8), vcpu::ExitReason::kHypercall);
  machine_.pe(0).SetAccessFilter(
      [](sim::SoftwareAccess& access) { return access.kind != sim::SoftwareAccess::Kind::kTlbi; });
  ASSERT_EQ(memory.Unmap(cpu(), kK4, kK4), Status::kOk);
  machine_.pe(0).SetAccessFilter(nullptr);
  const sim::PeState before = machine_.pe(1).Snapshot();
  EXPECT_THROW(RunOn(1, guest, 0, 8), sim::Violation);
  machine_.pe(1).Restore(before);
}

TEST_F(GuestMemoryTest, BroadcastMaintenanceIsDoneTwice) {
  GuestMemory memory;
  CreateWithProgram(memory);
  std::vector<sim::SoftwareAccess::Kind> seen;
  machine_.pe(0).SetAccessFilter([&](sim::SoftwareAccess& access) {
    if (access.kind >= sim::SoftwareAccess::Kind::kDsb) seen.push_back(access.kind);
    return true;
  });
  ASSERT_EQ(memory.Unmap(cpu(), kProgramIpa, kK4), Status::kOk);
  machine_.pe(0).SetAccessFilter(nullptr);
  using enum sim::SoftwareAccess::Kind;
  EXPECT_EQ(seen, (std::vector{kDsb, kTlbi, kDsb, kTlbi, kDsb}));
}

// The registers of whatever is loaded stay as they are.
TEST_F(GuestMemoryTest, MaintenanceOfAnotherVmidLeavesTheLoadedGuests) {
  GuestMemory memory, other;
  CreateWithProgram(memory);
  ASSERT_EQ(memory.Map(0, kData, kM2, {}), Status::kOk);
  ASSERT_EQ(other.Create(pool_, 36, 0x1234), Status::kOk);
  ASSERT_EQ(other.Map(0, kData, kK4, {}), Status::kOk);
  vcpu::Vcpu guest(ConfigOf(memory));
  EXPECT_EQ(RunOn(0, guest, 0, 8), vcpu::ExitReason::kHypercall);
  const auto before = hal::Cpu::Read<hal::VttbrEl2>();
  ASSERT_EQ(other.Unmap(cpu(), 0, kK4), Status::kOk);
  EXPECT_EQ(hal::Cpu::Read<hal::VttbrEl2>(), before);
  EXPECT_EQ(hal::Cpu::Read<hal::VtcrEl2>(), memory.vtcr());
  EXPECT_EQ(RunOn(0, guest, 0, 8), vcpu::ExitReason::kHypercall);
}

TEST_F(GuestMemoryTest, MaintenanceNeedsAnEnabledCpuOfItsOwn) {
  GuestMemory memory;
  ASSERT_EQ(memory.Create(pool_, 36, 7), Status::kOk);
  ASSERT_EQ(memory.Map(0, kData, kK4, {}), Status::kOk);
  EXPECT_EQ(memory.Unmap(cpus_[1], 0, kK4), Status::kWrongCpu);
  percpu::PerCpu<TestHost> disabled;
  EXPECT_EQ(memory.Protect(disabled, 0, kK4, {}), Status::kNotEnabled);
  EXPECT_EQ(HardwareWalk(memory, 0), kData);
}

TEST_F(GuestMemoryTest, AVmidIsUsedAgainOnlyAfterARollOver) {
  vcpu::VmidAllocator<5> vmids;
  unsigned invalidations = 0;
  machine_.pe(0).SetAccessFilter([&](sim::SoftwareAccess& access) {
    if (access.kind == sim::SoftwareAccess::Kind::kTlbi) {
      EXPECT_EQ(access.value, static_cast<std::uint64_t>(hal::Tlbi::kAllE1Is));
      ++invalidations;
    }
    return true;
  });
  for (std::uint16_t expected = 1; expected <= 3; ++expected) {
    EXPECT_EQ(vmids.Allocate(), expected);
  }
  vmids.Free(2);
  EXPECT_EQ(vmids.Allocate(), 4);
  EXPECT_EQ(vmids.Allocate(), 5);
  EXPECT_EQ(invalidations, 0u);
  EXPECT_EQ(vmids.Allocate(), 2);
  EXPECT_EQ(invalidations, 2u) << "twice: percpu/broadcast_tlbi.h";
  EXPECT_EQ(vmids.Allocate(), std::unexpected(Status::kInvalidArgument));
  machine_.pe(0).SetAccessFilter(nullptr);
}

}  // namespace
}  // namespace trivet::tests
