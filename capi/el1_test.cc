// SPDX-License-Identifier: Apache-2.0 OR MIT
// EL1 as it is through the C interface: a kernel that was there before, its own interrupts and its
// own vectors. On the simulator.

#include <cstdint>

#include "capi/rig.h"
#include "sim/instructions/instruction.h"

namespace trivet::capi {
namespace {

using hal::RegisterId;

constexpr std::uint64_t kNowhere = 0x6000'0000, kKernelVectors = 0x7800, kEl1hMasked = 0x3c5;
constexpr std::uint64_t kStub = 0x4567'0800;

alignas(4096) std::uint64_t kernel_tables[16][512];
std::uint64_t kernel_tables_used[1];

/// CPU 0, enabled, with a kernel at EL1 that makes HVC 5 and reads what is not there.
class CEl1 : public CTest {
 protected:
  CEl1() {
    pe().Poke(RegisterId::kHcrEl2, hal::HcrEl2::Inert().rw(true).raw());
    pe().Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().raw());
    pe().Poke(RegisterId::kVbarEl1, kKernelVectors);
    kernel_tables_used[0] = 0;
    machine_.memory().MapHost(tests::PhysicalAddressOf(kernel_tables), kernel_tables,
                              sizeof(kernel_tables));
    machine_.memory().Place(kProgram, {sim::Hvc(5), sim::Ldr(5, 1)});
  }

  static trivet_host Host(trivet_policy policy = TRIVET_POLICY_HOST_ROUTED) {
    trivet_host host = PlainHost();
    host.policy = policy;
    host.vector_base = kStub;
    return host;
  }
  void Enable(const trivet_host& host = Host()) {
    ASSERT_EQ(Create(0, host), TRIVET_OK);
    ASSERT_EQ(trivet_cpu_enable(&cpus_[0]), TRIVET_OK);
    const trivet_memory_config with = {.tables = kernel_tables,
                                       .table_count = 16,
                                       .used = kernel_tables_used,
                                       .tables_pa = tests::PhysicalAddressOf(kernel_tables),
                                       .ipa_bits = 40,
                                       .vmid = 3,
                                       .reserved = 0};
    ASSERT_EQ(trivet_memory_create(&memory_, sizeof(memory_), TRIVET_ABI, &with), TRIVET_OK);
    ASSERT_EQ(
        trivet_memory_map(&memory_, kProgramIpa, kProgram, kPage, TRIVET_READ | TRIVET_EXECUTE),
        TRIVET_OK);
    hal::Cpu::Write<hal::VtcrEl2>(hal::VtcrEl2::FromRaw(trivet_memory_vtcr(&memory_)));
    hal::Cpu::Write<hal::VttbrEl2>(hal::VttbrEl2::FromRaw(trivet_memory_vttbr(&memory_)));
    hal::Cpu::Isb();
    frame().pc = kProgramIpa;
    frame().pstate = kEl1hMasked;
    frame().x[1] = kNowhere;
  }
  trivet_frame& frame() { return *trivet_cpu_frame(&cpus_[0]); }
  trivet_status Enter() { return trivet_cpu_enter(&cpus_[0], &exit_); }

  trivet_memory memory_;
  trivet_exit exit_ = {.reason = 41, .has = 42, .syndrome = 43, .address = 44, .ipa = 45};
};

TEST_F(CEl1, GoesOnAsTheGuestWithItsOwnRegisters) {
  Enable();
  frame().x[7] = 0x77;
  ASSERT_EQ(Enter(), TRIVET_OK);
  EXPECT_EQ(exit_.reason, static_cast<unsigned>(TRIVET_EXIT_HYPERCALL));
  EXPECT_EQ(frame().pc, kProgramIpa + 4);
  EXPECT_EQ(frame().x[7], 0x77u);
  ASSERT_EQ(Enter(), TRIVET_OK);
  EXPECT_EQ(exit_.reason, static_cast<unsigned>(TRIVET_EXIT_DATA_ABORT));
  EXPECT_EQ(exit_.ipa, kNowhere);
  EXPECT_EQ(pe().Peek(RegisterId::kVbarEl1), kKernelVectors);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(pe().Peek(RegisterId::kVbarEl1), kKernelVectors);
}

TEST_F(CEl1, KeepsItsInterruptsAndLeavesTheHostsVectors) {
  const View before = Look();
  Enable();
  const auto hcr = hal::HcrEl2::FromRaw(Look().hcr);
  EXPECT_TRUE(hcr.vm() && hcr.rw() && hcr.tsc());
  EXPECT_FALSE(hcr.imo() || hcr.fmo() || hcr.amo());
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
  EXPECT_EQ(Look(), (View{.vbar = kStub, .tpidr = before.tpidr, .hcr = before.hcr}));
}

TEST_F(CEl1, TakesAnInjectedException) {
  Enable();
  ASSERT_EQ(Enter(), TRIVET_OK);
  ASSERT_EQ(Enter(), TRIVET_OK);
  trivet_exception exception = {
      .kind = TRIVET_SERROR + 1, .iss = 0, .address = 0, .is_write = 0, .reserved = 0};
  EXPECT_EQ(trivet_cpu_inject(&cpus_[0], &exception), TRIVET_INVALID_ARGUMENT);
  exception.kind = TRIVET_SERROR;
  EXPECT_EQ(trivet_cpu_inject(&cpus_[0], &exception), TRIVET_UNSUPPORTED_FEATURE);
  EXPECT_EQ(frame().pc, kProgramIpa + 4);
  exception = {
      .kind = TRIVET_DATA_ABORT, .iss = 0, .address = kNowhere, .is_write = 0, .reserved = 0};
  ASSERT_EQ(trivet_cpu_inject(&cpus_[0], &exception), TRIVET_OK);
  EXPECT_EQ(frame().pc, kKernelVectors + 0x200);
  EXPECT_EQ(pe().Peek(RegisterId::kElrEl1), kProgramIpa + 4);
  EXPECT_EQ(pe().Peek(RegisterId::kSpsrEl1), kEl1hMasked);
  EXPECT_EQ(pe().Peek(RegisterId::kFarEl1), kNowhere);
  EXPECT_EQ(pe().Peek(RegisterId::kEsrEl1), 0x25ull << 26 | 1 << 25 | 0x10);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
}

TEST_F(CEl1, IsNotEnteredWhereItCannotBe) {
  trivet_exception undefined = {};
  const auto refuses = [&](trivet_status status) {
    EXPECT_EQ(Enter(), status);
    EXPECT_EQ(trivet_cpu_inject(&cpus_[0], &undefined), status);
    EXPECT_EQ(exit_.reason, 41u);
    EXPECT_EQ(exit_.ipa, 45u);
  };
  refuses(TRIVET_NOT_ENABLED);
  Enable();
  frame().pstate = 0x3c9;  // EL2h
  refuses(TRIVET_ILLEGAL_GUEST_STATE);
  frame().pstate = 0x2020'0010;  // C, DIT; EL0 in AArch32, which cannot go on, but ends in EL1.
  EXPECT_EQ(Enter(), TRIVET_ILLEGAL_GUEST_STATE);
  EXPECT_EQ(trivet_cpu_inject(&cpus_[0], &undefined), TRIVET_OK);
  EXPECT_EQ(frame().pc, kKernelVectors + 0x600);
  EXPECT_EQ(frame().pstate & 0xf120'03ff, 0x2100'03c5u);
  EXPECT_EQ(pe().Peek(RegisterId::kSpsrEl1), 0x2020'0010u);
  frame().pc = kProgramIpa;
  frame().pstate = kEl1hMasked;
  {
    const sim::ScopedPe elsewhere(machine_.pe(1));
    refuses(TRIVET_WRONG_CPU);
  }
  trivet_vcpu guest;
  trivet_vcpu_config config = {};
  config.entry = kProgramIpa;
  config.vtcr = trivet_memory_vtcr(&memory_);
  config.vttbr = trivet_memory_vttbr(&memory_);
  ASSERT_EQ(trivet_vcpu_create(&guest, sizeof(guest), TRIVET_ABI, &config), TRIVET_OK);
  trivet_exit other;
  ASSERT_EQ(trivet_vcpu_run(&guest, &cpus_[0], &other), TRIVET_OK);
  refuses(TRIVET_LOADED_ELSEWHERE);
  ASSERT_EQ(trivet_vcpu_unload(&guest, &cpus_[0]), TRIVET_OK);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
}

TEST_F(CEl1, IsNotEnteredWhereEachRunSwitchesRegisters) {
  Enable(Host(TRIVET_POLICY_PASS_THROUGH));
  EXPECT_EQ(Enter(), TRIVET_UNSUPPORTED_HOST);
  ASSERT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
  ASSERT_EQ(trivet_cpu_hand_over(&cpus_[0]), TRIVET_OK);
  tests::BecomeHost(hal::HcrEl2::Inert().e2h(true).rw(true), percpu::HostKind::kVhe);
  kernel_tables_used[0] = 0;
  Enable();
  EXPECT_EQ(Enter(), TRIVET_UNSUPPORTED_HOST);
  EXPECT_EQ(trivet_cpu_disable(&cpus_[0]), TRIVET_OK);
}

}  // namespace
}  // namespace trivet::capi
