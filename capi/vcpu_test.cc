// SPDX-License-Identifier: Apache-2.0 OR MIT
// Guests, their memory and their interrupts through the C interface. On the simulator.

#include <cstdint>

#include "capi/rig.h"
#include "sim/instructions/instruction.h"
#include "vgic/interrupt.h"

namespace trivet::capi {
namespace {

constexpr std::uint64_t kData = 0x41'0000'0000, kDataIpa = 0x5000'0000, kAbsentIpa = 0x6000'0000;
constexpr std::uint32_t kVbarEl1 = 3 << 14 | 12 << 7, kTpidrEl0 = 3 << 14 | 3 << 11 | 13 << 7 | 2;
constexpr std::uint32_t kVttbrEl2 = 3 << 14 | 4 << 11 | 2 << 7 | 1 << 3;

alignas(4096) std::uint64_t tables[32][512];
std::uint64_t used[1];

/// CPU 0, enabled, with a guest that makes HVC 5, reads, makes HVC 6, and reads what is not there.
class CGuest : public CTest {
 protected:
  CGuest() {
    used[0] = 0;
    machine_.memory().MapHost(tests::PhysicalAddressOf(tables), tables, sizeof(tables));
    machine_.memory().Map(kData, kPage);
    machine_.memory().Write(kData + 8, 0xabcd, 8);
    machine_.memory().Place(kProgram, {sim::Hvc(5), sim::Ldr(5, 1), sim::Hvc(6), sim::Ldr(6, 2)});
    EXPECT_EQ(Create(0, Host()), TRIVET_OK);
    EXPECT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
    const trivet_memory_config memory = MemoryConfig();
    EXPECT_EQ(trivet_memory_create(&memory_, sizeof(memory_), TRIVET_ABI, &memory), TRIVET_OK);
    EXPECT_EQ(
        trivet_memory_map(&memory_, kProgramIpa, kProgram, kPage, TRIVET_READ | TRIVET_EXECUTE),
        TRIVET_OK);
    EXPECT_EQ(trivet_memory_map(&memory_, kDataIpa, kData, kPage, TRIVET_READ | TRIVET_WRITE),
              TRIVET_OK);
  }
  ~CGuest() override { EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK); }

  static trivet_host Host() {
    trivet_host host = PlainHost();
    host.exit = [](trivet_cpu*, trivet_vcpu* vcpu, const trivet_exit* exit) {
      const bool ends = ++calls.exits == 2 || exit->reason != TRIVET_EXIT_HYPERCALL;
      return ends ? nullptr : vcpu;
    };
    return host;
  }
  static trivet_memory_config MemoryConfig() {
    return {.tables = tables,
            .table_count = 32,
            .used = used,
            .tables_pa = tests::PhysicalAddressOf(tables),
            .ipa_bits = 40,
            .vmid = 9,
            .reserved = 0};
  }
  trivet_vcpu_config Config() {
    return {.entry = kProgramIpa,
            .argument = 0x1234,
            .vtcr = trivet_memory_vtcr(&memory_),
            .vttbr = trivet_memory_vttbr(&memory_),
            .traps = hal::HcrEl2().twi(true).raw(),
            .mpidr = 0x8000'0003,
            .counter_offset = 77,
            .interrupts = nullptr,
            .sve_memory = nullptr,
            .sme_memory = nullptr,
            .sve_granules = 0,
            .sme_granules = 0,
            .open = 0,
            .translates_faults = 0};
  }
  void MakeGuest(const trivet_vcpu_config& config) {
    ASSERT_EQ(trivet_vcpu_create(&guest_, sizeof(guest_), TRIVET_ABI, &config), TRIVET_OK);
    trivet_vcpu_frame(&guest_)->x[1] = kDataIpa + 8;
    trivet_vcpu_frame(&guest_)->x[2] = kAbsentIpa + 16;
  }
  trivet_status Run(trivet_exit& exit) { return trivet_vcpu_run(&guest_, &cpus_[0], &exit); }
  static std::uint16_t Immediate(const trivet_exit& exit) {
    return static_cast<std::uint16_t>(exit.syndrome);
  }

  trivet_memory memory_;
  trivet_vcpu guest_;
  trivet_interrupts interrupts_;
};

TEST_F(CGuest, BadConfigurationsAreStatuses) {
  trivet_vcpu_config config = Config();
  EXPECT_EQ(trivet_vcpu_create(&guest_, sizeof(guest_), TRIVET_ABI + 7, &config),
            TRIVET_WRONG_VERSION);
  EXPECT_EQ(trivet_vcpu_create(&guest_, sizeof(guest_) - 16, TRIVET_ABI, &config),
            TRIVET_TOO_SMALL);
  for (const std::uint32_t open : {1u, 2u, 1u << 16}) {
    config.open = open;
    EXPECT_EQ(trivet_vcpu_create(&guest_, sizeof(guest_), TRIVET_ABI, &config),
              TRIVET_INVALID_ARGUMENT)
        << open;
  }
  config = Config();
  config.sme_granules = 3;
  EXPECT_EQ(trivet_vcpu_create(&guest_, sizeof(guest_), TRIVET_ABI, &config),
            TRIVET_INVALID_ARGUMENT);
  trivet_memory memory;
  trivet_memory_config tables_of = MemoryConfig();
  EXPECT_EQ(trivet_memory_create(&memory, sizeof(memory), 0, &tables_of), TRIVET_WRONG_VERSION);
  EXPECT_EQ(trivet_memory_create(&memory, 8, TRIVET_ABI, &tables_of), TRIVET_TOO_SMALL);
  tables_of.tables = reinterpret_cast<unsigned char*>(tables) + 8;
  EXPECT_EQ(trivet_memory_create(&memory, sizeof(memory), TRIVET_ABI, &tables_of),
            TRIVET_INVALID_ARGUMENT);
  tables_of = MemoryConfig();
  tables_of.vmid = 0;
  EXPECT_EQ(trivet_memory_create(&memory, sizeof(memory), TRIVET_ABI, &tables_of),
            TRIVET_INVALID_ARGUMENT);
}

TEST_F(CGuest, RunsReadsItsMemoryAndFaultsWithBothAddresses) {
  MakeGuest(Config());
  trivet_exit exit;
  EXPECT_EQ(trivet_vcpu_hcr(&guest_), 0u);
  ASSERT_EQ(Run(exit), TRIVET_OK);
  EXPECT_EQ(exit.reason, static_cast<unsigned>(TRIVET_EXIT_HYPERCALL));
  EXPECT_EQ(Immediate(exit), 5);
  EXPECT_EQ(exit.has, 0u);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->x[0], 0x1234u);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->pc, kProgramIpa + 4);
  EXPECT_TRUE(hal::HcrEl2::FromRaw(trivet_vcpu_hcr(&guest_)).twi());
  ASSERT_EQ(trivet_vcpu_run_masked(&guest_, &cpus_[0], &exit), TRIVET_OK);
  EXPECT_EQ(Immediate(exit), 6);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->x[5], 0xabcdu);
  ASSERT_EQ(Run(exit), TRIVET_OK);
  EXPECT_EQ(exit.reason, static_cast<unsigned>(TRIVET_EXIT_DATA_ABORT));
  EXPECT_EQ(exit.has, TRIVET_HAS_ADDRESS | TRIVET_HAS_IPA);
  EXPECT_EQ(exit.address, kAbsentIpa + 16);
  EXPECT_EQ(exit.ipa, kAbsentIpa + 16);
  const std::uint64_t pc = trivet_vcpu_frame(&guest_)->pc;
  trivet_vcpu_skip(&guest_, &exit);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->pc, pc + 4);
}

TEST_F(CGuest, ACapabilityNeedsItsPart) {
  static constexpr trivet_parts kOnlyVectors = {.vectors = &trivet_vector_part,
                                                .registers = {},
                                                .debug = {},
                                                .monitors = {},
                                                .vhe = {},
                                                .finder = {}};
  trivet_host host = Host();
  const auto run = [&](std::uint32_t open) {
    trivet_cpu_panic(&cpus_[0]);
    EXPECT_EQ(Create(0, host), TRIVET_OK);
    EXPECT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
    trivet_vcpu_config config = Config();
    config.open = open;
    MakeGuest(config);
    trivet_exit exit;
    return Run(exit);
  };
  constexpr std::uint32_t kHavePart[] = {TRIVET_FP, TRIVET_POINTER_AUTHENTICATION, TRIVET_PMU,
                                         TRIVET_DEBUG, TRIVET_GCS};
  for (const std::uint32_t open : kHavePart) EXPECT_EQ(run(open), TRIVET_OK) << open;
  host.parts = nullptr;
  for (const std::uint32_t open : kHavePart) EXPECT_EQ(run(open), TRIVET_HANDLER_MISSING) << open;
  EXPECT_EQ(run(TRIVET_MOPS), TRIVET_OK);  // It has no register.
  host.parts = &kOnlyVectors;
  EXPECT_EQ(run(TRIVET_FP), TRIVET_OK);
  EXPECT_EQ(run(TRIVET_FP | TRIVET_PMU), TRIVET_HANDLER_MISSING);
  trivet_error error;
  trivet_cpu_last_error(&cpus_[0], &error);
  EXPECT_STREQ(trivet_feature_name(error.feature), "FEAT_PMUv3");
}

TEST_F(CGuest, AnErrorLeavesTheExitAlone) {
  MakeGuest(Config());
  trivet_vcpu_frame(&guest_)->pstate = 9;  // EL2h
  trivet_exit exit = {.reason = 41, .has = 42, .syndrome = 43, .address = 44, .ipa = 45};
  EXPECT_EQ(Run(exit), TRIVET_ILLEGAL_GUEST_STATE);
  EXPECT_EQ(exit.reason, 41u);
  EXPECT_EQ(exit.ipa, 45u);
}

TEST_F(CGuest, MemoryIsUnmappedProtectedAndWalked) {
  MakeGuest(Config());
  std::uint64_t pa = 0;
  EXPECT_EQ(trivet_memory_walk(&memory_, kDataIpa + 0x10, &pa), 1);
  EXPECT_EQ(pa, kData + 0x10);
  EXPECT_EQ(trivet_memory_map(&memory_, kDataIpa, kData, kPage, TRIVET_READ),
            TRIVET_ALREADY_MAPPED);
  EXPECT_EQ(trivet_memory_map(&memory_, 0, kData, kPage, 1 << 9), TRIVET_INVALID_ARGUMENT);
  EXPECT_EQ(trivet_memory_protect(&memory_, &cpus_[0], kDataIpa, kPage, TRIVET_DEVICE),
            TRIVET_INVALID_ARGUMENT);
  ASSERT_EQ(trivet_memory_protect(&memory_, &cpus_[0], kDataIpa, kPage, TRIVET_WRITE), TRIVET_OK);
  trivet_exit exit;
  ASSERT_EQ(Run(exit), TRIVET_OK);
  ASSERT_EQ(Run(exit), TRIVET_OK);
  EXPECT_EQ(exit.reason, static_cast<unsigned>(TRIVET_EXIT_DATA_ABORT));
  ASSERT_EQ(trivet_memory_unmap(&memory_, &cpus_[0], kDataIpa, kPage), TRIVET_OK);
  EXPECT_EQ(trivet_memory_walk(&memory_, kDataIpa, &pa), 0);
}

TEST_F(CGuest, RegistersAreReadAndWrittenByEncodingWhileNotLoaded) {
  MakeGuest(Config());
  std::uint64_t value = 0;
  EXPECT_EQ(trivet_vcpu_write(&guest_, kVbarEl1, 0x7800), TRIVET_OK);
  EXPECT_EQ(trivet_vcpu_write(&guest_, kTpidrEl0, 0x51), TRIVET_OK);
  EXPECT_EQ(trivet_vcpu_read(&guest_, kVbarEl1, &value), TRIVET_OK);
  EXPECT_EQ(value, 0x7800u);
  EXPECT_EQ(trivet_vcpu_read(&guest_, kVttbrEl2, &value), TRIVET_INVALID_ARGUMENT);
  trivet_exit exit;
  ASSERT_EQ(Run(exit), TRIVET_OK);
  EXPECT_EQ(pe().Peek(hal::RegisterId::kVbarEl1), 0x7800u);
  EXPECT_EQ(pe().Peek(hal::RegisterId::kTpidrEl0), 0x51u);
  EXPECT_EQ(trivet_vcpu_read(&guest_, kVbarEl1, &value), TRIVET_LOADED_ELSEWHERE);
  EXPECT_EQ(trivet_vcpu_write(&guest_, kVbarEl1, 1), TRIVET_LOADED_ELSEWHERE);
  ASSERT_EQ(trivet_vcpu_unload(&guest_, &cpus_[0]), TRIVET_OK);
  EXPECT_EQ(trivet_vcpu_read(&guest_, kTpidrEl0, &value), TRIVET_OK);
  EXPECT_EQ(value, 0x51u);
}

TEST_F(CGuest, TakesAnInjectedException) {
  MakeGuest(Config());
  ASSERT_EQ(trivet_vcpu_write(&guest_, kVbarEl1, 0x7800), TRIVET_OK);
  trivet_exception exception = {
      .kind = TRIVET_SERROR + 1, .iss = 0, .address = 0, .is_write = 0, .reserved = 0};
  EXPECT_EQ(trivet_vcpu_inject(&guest_, &cpus_[0], &exception), TRIVET_INVALID_ARGUMENT);
  exception = {
      .kind = TRIVET_DATA_ABORT, .iss = 0, .address = 0xbad0, .is_write = 1, .reserved = 0};
  ASSERT_EQ(trivet_vcpu_inject(&guest_, &cpus_[0], &exception), TRIVET_OK);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->pc, 0x7800u + 0x200);
  std::uint64_t far = 0;
  ASSERT_EQ(trivet_vcpu_read(&guest_, 3 << 14 | 6 << 7, &far), TRIVET_OK);
  EXPECT_EQ(far, 0xbad0u);
}

TEST_F(CGuest, ServeCallsTheHostForEachExitUntilItEnds) {
  MakeGuest(Config());
  ASSERT_EQ(trivet_cpu_serve(&cpus_[0], &guest_), TRIVET_OK);
  EXPECT_EQ(calls.exits, 2u);
  EXPECT_EQ(trivet_vcpu_frame(&guest_)->x[5], 0xabcdu);
  pe().RaiseIrq();
  ASSERT_EQ(trivet_cpu_serve(&cpus_[0], &guest_), TRIVET_OK);
  EXPECT_EQ(calls.irq, 1u);
  EXPECT_EQ(calls.exits, 3u);
  trivet_vcpu_frame(&guest_)->pstate = 0xd;  // EL3h
  EXPECT_EQ(trivet_cpu_serve(&cpus_[0], &guest_), TRIVET_ILLEGAL_GUEST_STATE);
}

TEST_F(CGuest, ServeNeedsTheHostsExit) {
  MakeGuest(Config());
  const sim::ScopedPe here(machine_.pe(1));
  ASSERT_EQ(Create(1), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_enable(&cpus_[1]), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_serve(&cpus_[1], &guest_), TRIVET_HANDLER_MISSING);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[1]), TRIVET_OK);
}

TEST_F(CGuest, InterruptsAreInjectedPostedAndRetracted) {
  pe().Poke(hal::RegisterId::kIccSreEl2, 7);
  trivet_interrupts_config of = {};
  EXPECT_EQ(trivet_interrupts_create(&interrupts_, 64, TRIVET_ABI, &of), TRIVET_TOO_SMALL);
  EXPECT_EQ(trivet_interrupts_create(&interrupts_, sizeof(interrupts_), 9, &of),
            TRIVET_WRONG_VERSION);
  of.list_registers = 99;
  EXPECT_EQ(trivet_interrupts_create(&interrupts_, sizeof(interrupts_), TRIVET_ABI, &of),
            TRIVET_INVALID_ARGUMENT);
  of.list_registers = 2;
  ASSERT_EQ(trivet_interrupts_create(&interrupts_, sizeof(interrupts_), TRIVET_ABI, &of),
            TRIVET_OK);
  EXPECT_EQ(trivet_interrupts_has_pending(&interrupts_), 0);
  ASSERT_EQ(trivet_interrupts_inject(&interrupts_, trivet_interrupt_edge(40, 0x50)), TRIVET_OK);
  EXPECT_EQ(trivet_interrupts_inject(&interrupts_, trivet_interrupt_edge(1021, 0)),
            TRIVET_INVALID_ARGUMENT);
  ASSERT_EQ(trivet_interrupts_retract(&interrupts_, 40), TRIVET_OK);
  trivet_vcpu_config config = Config();
  config.interrupts = &interrupts_;
  MakeGuest(config);
  trivet_where where = TRIVET_IN_GUEST;
  std::uint64_t mpidr = 1;
  ASSERT_EQ(
      trivet_interrupts_post(&interrupts_, 3, trivet_interrupt_level(45, 0x60), &where, &mpidr),
      TRIVET_OK);
  EXPECT_EQ(where, TRIVET_AWAY);
  EXPECT_EQ(
      trivet_interrupts_post(&interrupts_, 8, trivet_interrupt_level(45, 0x60), &where, &mpidr),
      TRIVET_INVALID_ARGUMENT);
  trivet_exit exit;
  ASSERT_EQ(trivet_vcpu_run_with(&guest_, &interrupts_, &cpus_[0], &exit), TRIVET_OK);
  EXPECT_EQ(Immediate(exit), 5);
  const auto lr = hal::ListRegister::FromRaw(pe().Peek(hal::RegisterId::kIchLr0El2));
  EXPECT_EQ(lr.vintid(), 45u);
  EXPECT_EQ(lr.priority(), 0x60u);
  EXPECT_EQ(lr.state(), hal::ListRegisterState::kPending);
  ASSERT_EQ(trivet_vcpu_unload(&guest_, &cpus_[0]), TRIVET_OK);
  trivet_interrupts_reset(&interrupts_);
  EXPECT_EQ(trivet_interrupts_has_pending(&interrupts_), 0);
}

TEST(CInterrupt, IsTheValueOfCpp) {
  using vgic::Interrupt;
  EXPECT_EQ(trivet_interrupt_edge(41, 0x10), Interrupt::Edge(41).priority(0x10).value().raw());
  EXPECT_EQ(trivet_interrupt_level(42, 0x20), Interrupt::Level(42).priority(0x20).value().raw());
  EXPECT_EQ(trivet_interrupt_hardware(43, 57, 0x30),
            Interrupt::Hardware(43, 57).priority(0x30).value().raw());
}

}  // namespace
}  // namespace trivet::capi
