// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every general register keeps its own value across every slot of the vector table and every hook.
// QEMU raises no SError and no AArch32 exit on request, so the slots are entered with the registers
// that an exception leaves, and a guest's exits go to each of them. EL2 only.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "hal/cpu.h"
#include "percpu/masked_interrupts.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/enter_guest.h"
#include "vectors/in_place.h"
#include "vectors/security_state.h"

extern "C" {
/// What is left of x0 to x30, NZCV and DAIF.
std::uint64_t trivet_test_registers[33];
void trivet_test_irq_sp0();
void trivet_test_fiq_sp0();
void trivet_test_serror_sp0();
void trivet_test_irq_spx();
void trivet_test_fiq_spx();
void trivet_test_serror_spx();
void trivet_test_clobber();
std::uint32_t trivet_test_enter(trivet::vectors::GuestFrame* frame);
extern const char trivet_test_counting_guest[];
extern const char trivet_test_redirecting_tables[];
}

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using vectors::InPlace;
using vectors::InPlaceExit;

/// Handlers that change all that they may, and say which was called with what.
struct ClobberingHost : TestHost {
  static inline char called;
  static inline vectors::CpuSlot* slot;

  template <char kName>
  static void Handle(vectors::CpuSlot& cpu) {
    called = kName;
    slot = &cpu;
    trivet_test_clobber();
  }
  static vectors::Handlers HandlersFor(CpuId cpu) {
    return {.irq = &Handle<'i'>,
            .fiq = &Handle<'f'>,
            .serror = &Handle<'s'>,
            .fatal = TestHost::HandlersFor(cpu).fatal};
  }
};

constinit percpu::PerCpu<ClobberingHost> cpu;

struct ExceptionRegisters {
  std::uint64_t vbar, elr, spsr, esr, far, par;

  bool operator==(const ExceptionRegisters&) const = default;
  static ExceptionRegisters Now() {
    return {Cpu::Read<VbarEl2>().raw(), Cpu::Read<ElrEl2>().raw(), Cpu::Read<SpsrEl2>().raw(),
            Cpu::Read<EsrEl2>().raw(),  Cpu::Read<FarEl2>().raw(), Cpu::Read<ParEl1>().raw()};
  }
};

TEST(SecurityState, IsFoundWithoutALastingChange) {
  const Machine machine;
  const percpu::MaskedInterrupts masked;
  Cpu::Write<ElrEl2>(ElrEl2::FromRaw(0x1234'5670));
  Cpu::Write<SpsrEl2>(SpsrEl2::FromRaw(0x3c4));
  Cpu::Write<EsrEl2>(EsrEl2::FromRaw(0x0212'3456));
  Cpu::Write<FarEl2>(FarEl2::FromRaw(0x9876'5432'1000));
  Cpu::Write<ParEl1>(ParEl1::FromRaw(0x1357'9000));
  const ExceptionRegisters before = ExceptionRegisters::Now();
  EXPECT_FALSE(vectors::TrivetEl2IsSecure());
  EXPECT_TRUE(ExceptionRegisters::Now() == before);
}

class Slots : public ::testing::Test {
 protected:
  Slots() {
    cpu.Panic();
    EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
  }
  ~Slots() override { EXPECT_EQ(cpu.HardwareDisable(), Status::kOk); }

  Machine machine_;
};

TEST_F(Slots, OfTheHostsOwnLevelKeepEveryRegisterOverAHandler) {
  constexpr struct {
    void (*take)();
    char handler;
    std::uint64_t nzcv;
  } kSlots[] = {{&trivet_test_irq_sp0, 'i', 1},    {&trivet_test_fiq_sp0, 'f', 2},
                {&trivet_test_serror_sp0, 's', 3}, {&trivet_test_irq_spx, 'i', 4},
                {&trivet_test_fiq_spx, 'f', 5},    {&trivet_test_serror_spx, 's', 6}};
  for (const auto& slot : kSlots) {
    SCOPED_TRACE(static_cast<int>(slot.nzcv));
    ClobberingHost::called = 0;
    slot.take();
    EXPECT_EQ(ClobberingHost::called, slot.handler);
    EXPECT_EQ(reinterpret_cast<std::uint64_t>(ClobberingHost::slot),
              reinterpret_cast<std::uint64_t>(&cpu));
    for (unsigned n = 0; n < 31; ++n) {
      EXPECT_EQ(trivet_test_registers[n], 0x2000 + 0x100 * slot.nzcv + n) << "x" << n;
    }
    EXPECT_EQ(trivet_test_registers[31], slot.nzcv << 28);
    EXPECT_EQ(trivet_test_registers[32], 0x3c0u);
  }
}

/// A guest that counts in each register, and where its exits go.
class ExitSlots : public Slots {
 protected:
  ExitSlots() {
    EXPECT_EQ(code_.Map(stage2_), Status::kOk);
    ShowToTableWalks(&stage2_, sizeof(stage2_));
  }

  vcpu::Config Config() {
    return {.entry = code_.entry(),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(PhysicalAddressOf(&stage2_), 9),
            .in_place = {.context = this}};
  }
  /// Another value for each entry: the stack has the last one's.
  std::uint64_t Start(unsigned n) const { return (entry_ << 32) + n * 0x10'0000; }
  /// What the guest has in Xn after so many rounds.
  std::uint64_t Counted(unsigned n, unsigned rounds) const {
    return Start(n) + std::uint64_t{0x100 + n} * rounds;
  }

  /// Enters the loaded guest with its exits redirected to slot `k` of the lower levels; that slot.
  unsigned Enter(vcpu::Vcpu& guest, unsigned k) {
    ++entry_;
    for (unsigned n = 0; n < 31; ++n) guest.frame().x[n] = Start(n);
    guest.frame().pc = code_.entry();
    hooked_ = 0;
    const VbarEl2 vbar = Cpu::Read<VbarEl2>();
    const auto tables = reinterpret_cast<std::uint64_t>(&trivet_test_redirecting_tables);
    Cpu::Write<VbarEl2>(VbarEl2::FromRaw(tables + k * vectors::kTableSize));
    Cpu::Isb();
    const unsigned vector = trivet_test_enter(&guest.frame());
    Cpu::Write<VbarEl2>(vbar);
    Cpu::Isb();
    for (unsigned n = 18; n < 30; ++n) {
      EXPECT_EQ(trivet_test_registers[n], 0x4000u + n) << "the host's x" << n;
    }
    return vector;
  }

  void ExpectFrame(vcpu::Vcpu& guest, unsigned rounds, std::uint64_t by_hooks) {
    for (unsigned n = 0; n < 31; ++n) {
      const std::uint64_t hooks = InPlaceExit::Has(n) ? by_hooks : 0;
      EXPECT_EQ(guest.frame().x[n], Counted(n, rounds) + hooks) << "x" << n;
    }
    EXPECT_EQ(guest.frame().pc, code_.entry() + std::uint64_t{32 * 4} * rounds);
    EXPECT_EQ(guest.frame().pstate, kPstate);
  }

  /// The first exit resumes, the second ends the run; each adds to every register that it has.
  static InPlace Hook(InPlaceExit& exit) {
    auto& test = *static_cast<ExitSlots*>(exit.guest->in_place.context);
    const unsigned round = ++test.hooked_;
    for (unsigned n = 0; n < 31; ++n) {
      if (!InPlaceExit::Has(n)) continue;
      EXPECT_EQ(exit.x(n), test.Counted(n, round) + (round - 1) * kAdded) << "x" << n;
      exit.x(n) += kAdded;
    }
    EXPECT_EQ(exit.pc, test.code_.entry() + std::uint64_t{32 * 4} * round);
    EXPECT_EQ(static_cast<std::uint64_t>(exit.pstate), kPstate);
    trivet_test_clobber();
    return round == 1 ? InPlace::kResume : InPlace::kExit;
  }

  static constexpr std::uint64_t kAdded = 0x9000'0000'0000;
  static constexpr std::uint64_t kPstate = 0x3c5;
  static inline constinit vcpu::BlockStage2 stage2_;
  GuestCode code_{reinterpret_cast<std::uint64_t>(&trivet_test_counting_guest)};
  unsigned hooked_ = 0;
  std::uint64_t entry_ = 0;
};

TEST_F(ExitSlots, KeepEveryRegisterOfTheGuest) {
  for (unsigned k = 0; k < 8; ++k) {
    SCOPED_TRACE(k);
    vcpu::Vcpu guest(Config());
    EXPECT_TRUE(guest.Run(cpu).has_value());
    EXPECT_EQ(Enter(guest, k), k);
    ExpectFrame(guest, 1, 0);
    EXPECT_EQ(guest.Unload(cpu), Status::kOk);
  }
}

TEST_F(ExitSlots, KeepEveryRegisterOverTheirHooks) {
  using Hooks = vectors::InPlaceHooks;
  constexpr vectors::InPlaceHook Hooks::* kHooks[] = {&Hooks::synchronous, &Hooks::irq, &Hooks::fiq,
                                                      &Hooks::serror};
  for (unsigned k = 0; k < std::size(kHooks); ++k) {
    SCOPED_TRACE(k);
    vcpu::Vcpu guest(Config());
    EXPECT_TRUE(guest.Run(cpu).has_value());
    guest.frame().in_place.*kHooks[k] = &Hook;
    EXPECT_EQ(Enter(guest, k), k);
    EXPECT_EQ(hooked_, 2u);
    ExpectFrame(guest, 2, 2 * kAdded);
    EXPECT_EQ(guest.Unload(cpu), Status::kOk);
  }
}

}  // namespace
}  // namespace trivet::tests
