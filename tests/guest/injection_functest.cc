// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a guest finds after vcpu::Inject against what this CPU leaves for the same cause, and
// completed loads and stores against the instructions themselves.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

#include "hal/cpu.h"
#include "hal/feature.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/access.h"
#include "vcpu/inject.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"

namespace trivet::tests::injection_functest {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vcpu::GuestException;

constexpr std::uint32_t kHvc1 = 0xd400'0022, kHvc2 = 0xd400'0042, kUdf = 0,
                        kUnmaskSError = 0xd503'44ff;

/// Loads of X5, W5 or XZR from [x1]: LDRB, LDRH, LDR W, LDR X, LDRSB X, LDRSB W, LDRSH X, LDRSH W,
/// LDRSW, LDAR, LDARB, LDR XZR.
constexpr std::uint32_t kLoads[] = {0x3940'0025, 0x7940'0025, 0xb940'0025, 0xf940'0025,
                                    0x3980'0025, 0x39c0'0025, 0x7980'0025, 0x79c0'0025,
                                    0xb980'0025, 0xc8df'fc25, 0x08df'fc25, 0xf940'003f};
/// STRB, STRH, STR W, STR X, STR XZR, STRB WZR, STLR.
constexpr std::uint32_t kStores[] = {0x3900'0025, 0x7900'0025, 0xb900'0025, 0xf900'0025,
                                     0xf900'003f, 0x3900'003f, 0xc89f'fc25};
/// LDP, LDR with post-index, LDXR, STP: the syndrome does not describe them.
constexpr std::uint32_t kUndescribed[] = {0xa940'1825, 0xf840'8425, 0xc85f'7c25, 0xa900'1825};

/// Each instruction with HVC #1 behind it; vectors of HVC #2.
struct Code {
  struct Pair {
    std::uint32_t instruction, hvc = kHvc1;
  };
  Pair plain = {kHvc1}, undefined = {kUdf};
  std::uint32_t unmasked[3] = {kUnmaskSError, 0xd503'3fdf, kHvc1};  ///< With an ISB.
  Pair loads[std::size(kLoads)], stores[std::size(kStores)], others[std::size(kUndescribed)];
  alignas(2048) std::uint32_t vectors[512];

  constexpr Code() : loads{}, stores{}, others{}, vectors{} {
    for (std::size_t i = 0; i < std::size(kLoads); ++i) loads[i].instruction = kLoads[i];
    for (std::size_t i = 0; i < std::size(kStores); ++i) stores[i].instruction = kStores[i];
    for (std::size_t i = 0; i < std::size(kUndescribed); ++i) {
      others[i].instruction = kUndescribed[i];
    }
    for (std::uint32_t& word : vectors) word = kHvc2;
  }
};
constexpr Code kCode;

constexpr std::uint64_t kDevice = 0x78'0000'0120;  ///< An IPA without a mapping.
/// One whose block is mapped to where QEMU's virt machine has nothing.
constexpr std::uint64_t kNowhere = 0x50'0000'0000;

[[clang::no_destroy]] vcpu::BlockStage2 stage2;
alignas(16) std::uint64_t buffer[2];

std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

/// What EL1 finds in its handler.
struct Found {
  std::uint64_t vector, pstate, elr, spsr, esr, far;
};

class Injection : public ::testing::TestWithParam<HostKind> {
 protected:
  Injection() : machine_(GetParam()) {
    stage2 = {};
    EXPECT_EQ(GuestCode(Address(&kCode)).Map(stage2), Status::kOk);
    EXPECT_EQ(stage2.Map(kNowhere, kNowhere, vcpu::MemoryType::kDevice), Status::kOk);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }
  ~Injection() override { EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk); }

  static vcpu::Config Config() {
    return {.entry = Address(&kCode.plain),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2), 9)};
  }
  /// Not loaded; its vectors, SPAN and DSSBS by `variant`.
  static void Prepare(vcpu::Vcpu& guest, unsigned variant, std::uint64_t pc, std::uint64_t pstate) {
    percpu::LoadBank& load = guest.registers().load;
    load.Set<VbarEl1>(VbarEl1::FromRaw(Address(kCode.vectors)));
    const bool dssbs = Has<Feature::kSsbs, Cpu>() && (variant & 2) != 0;
    load.Set<SctlrEl1>(SctlrEl1::Inert().span((variant & 1) != 0).dssbs(dssbs));
    load.Set<FarEl1>(FarEl1::FromRaw(0x11));
    load.Set<EsrEl1>(EsrEl1::FromRaw(0x22));
    load.Set<ElrEl1>(ElrEl1::FromRaw(0x33));
    load.Set<SpsrEl1>({});
    guest.frame().pc = pc;
    guest.frame().pstate = pstate;
  }
  /// After a run that ended in one of the guest's vectors.
  Found Leave(vcpu::Vcpu& guest) {
    EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
    const percpu::LoadBank& load = guest.registers().load;
    return {.vector = guest.frame().pc - 4 - Address(kCode.vectors),
            .pstate = guest.frame().pstate,
            .elr = load.Get<ElrEl1>().raw(),
            .spsr = load.Get<SpsrEl1>().raw(),
            .esr = load.Get<EsrEl1>().raw(),
            .far = load.Get<FarEl1>().raw()};
  }
  Found Run(vcpu::Vcpu& guest) {
    const Result<vcpu::Exit> exit = guest.Run(cpu_);
    EXPECT_TRUE(exit.has_value() && exit->reason == vcpu::ExitReason::kHypercall);
    EXPECT_EQ(exit.value_or(vcpu::Exit{}).syndrome.immediate(), 2);
    return Leave(guest);
  }
  static void ExpectSame(const Found& injected, const Found& taken, std::uint64_t pstate) {
    // QEMU clears NZCV and DIT. [arm-arm] AArch64.TakeException leaves them.
    constexpr std::uint64_t kCleared = 0xf000'0000 | 1 << 24;
    EXPECT_EQ(injected.vector, taken.vector) << pstate;
    EXPECT_EQ(injected.pstate & ~kCleared, taken.pstate & ~kCleared) << pstate;
    EXPECT_EQ(injected.pstate & kCleared, pstate & kCleared);
    EXPECT_EQ(injected.elr, taken.elr) << pstate;
    EXPECT_EQ(injected.spsr, taken.spsr) << pstate;
    EXPECT_EQ(injected.esr, taken.esr) << pstate;
    EXPECT_EQ(injected.far, taken.far) << pstate;
  }

  /// Calls test(variant, pstate) for levels and stack pointers, each PSTATE field alone, and SPAN
  /// and DSSBS.
  template <class F>
  static void ForEachState(F test) {
    const std::uint64_t fields[] = {0,
                                    0x3c0,
                                    0xf000'0000,
                                    Has<Feature::kPan, Cpu>() ? 1u << 22 : 0,
                                    Has<Feature::kUao, Cpu>() ? 1u << 23 : 0,
                                    Has<Feature::kDit, Cpu>() ? 1u << 24 : 0,
                                    Has<Feature::kSsbs, Cpu>() ? 1u << 12 : 0,
                                    Has<Feature::kMte2, Cpu>() ? 1u << 25 : 0,
                                    Has<Feature::kNmi, Cpu>() ? 1u << 13 : 0};
    for (const std::uint64_t mode : {0u, 4u, 5u}) {
      for (const std::uint64_t field : fields) {
        for (unsigned variant = 0; variant < 4; ++variant) test(variant, field | mode);
      }
    }
  }
  /// `pc` and x1 make the CPU take what `exception` is.
  void Compare(const GuestException& exception, std::uint64_t pc, std::uint64_t x1 = 0) {
    ForEachState([&](unsigned variant, std::uint64_t pstate) {
      vcpu::Vcpu guest(Config());
      guest.frame().x[1] = x1;
      Prepare(guest, variant, pc, pstate);
      const Found taken = Run(guest);
      Prepare(guest, variant, pc, pstate);
      EXPECT_EQ(vcpu::Inject(cpu_, guest, exception), Status::kOk);
      ExpectSame(Run(guest), taken, pstate);
      if (variant == 3)
        ExpectSame(InjectLoaded(guest, variant, exception, pc, pstate), taken, pstate);
    });
  }
  /// Into the registers of a guest that this CPU has loaded.
  Found InjectLoaded(vcpu::Vcpu& guest, unsigned variant, const GuestException& exception,
                     std::uint64_t pc, std::uint64_t pstate) {
    Prepare(guest, variant, Address(&kCode.plain), 5);
    EXPECT_TRUE(guest.Run(cpu_).has_value());
    guest.frame().pc = pc;
    guest.frame().pstate = pstate;
    EXPECT_EQ(vcpu::Inject(cpu_, guest, exception), Status::kOk);
    return Run(guest);
  }

  Machine machine_;
  percpu::PerCpu<TestHost> cpu_;
};

TEST_P(Injection, OfAnUndefinedInstructionIsTheCpusOwn) {
  Compare(GuestException::Undefined(), Address(&kCode.undefined));
}

TEST_P(Injection, OfAnExternalAbortIsTheCpusOwn) {
  Compare(GuestException::DataAbort(kNowhere + 8, false), Address(&kCode.loads[3]), kNowhere + 8);
  Compare(GuestException::DataAbort(kNowhere + 8, true), Address(&kCode.stores[3]), kNowhere + 8);
  Compare(GuestException::InstructionAbort(kNowhere + 16), kNowhere + 16);
}

/// [arm-arm] HCR_EL2.VSE, VSESR_EL2. Between the runs of a loaded guest HCR_EL2 has its value under
/// this kind of host alone.
TEST_P(Injection, OfAnSErrorIsTheCpusOwn) {
  if (GetParam() != HostKind::kNvhe || !Has<Feature::kRas, Cpu>()) GTEST_SKIP() << "no VSESR_EL2";
  constexpr std::uint32_t kIss = 0x1ab'cdef;
  ForEachState([&](unsigned variant, std::uint64_t pstate) {
    if (vcpu::MasksSError(pstate) || (pstate & 1u << 13) != 0) return;
    const std::uint64_t pc = Address(&kCode.plain);
    vcpu::Vcpu guest(Config());
    Prepare(guest, variant, pc, 5);
    EXPECT_TRUE(guest.Run(cpu_).has_value());
    guest.frame().pc = pc;
    guest.frame().pstate = pstate;
    Cpu::Write<VsesrEl2>(VsesrEl2::FromRaw(kIss));
    Cpu::Write<HcrEl2>(Cpu::Read<HcrEl2>().vse(true));
    Cpu::Isb();
    const Found taken = Run(guest);
    Prepare(guest, variant, pc, pstate);
    EXPECT_EQ(vcpu::Inject(cpu_, guest, GuestException::SError(kIss)), Status::kOk);
    ExpectSame(Run(guest), taken, pstate);
  });
}

TEST_P(Injection, OfAMaskedSErrorIsTakenOnceWhenTheGuestUnmasksIt) {
  constexpr std::uint32_t kIss = 0x1ab'cdef;
  const std::uint64_t plain = Address(&kCode.plain), unmasked = Address(kCode.unmasked);
  vcpu::Vcpu guest(Config()), other(Config());
  const auto run_at = [&](vcpu::Vcpu& which, std::uint64_t pc) {
    which.frame().pc = pc;
    return which.Run(cpu_).value_or(vcpu::Exit{}).syndrome.immediate();
  };
  Prepare(guest, 0, plain, 0x3c5);
  Prepare(other, 0, plain, 5);
  EXPECT_EQ(run_at(guest, plain), 1);
  EXPECT_EQ(vcpu::Inject(cpu_, guest, GuestException::SError(kIss)), Status::kOk);
  EXPECT_EQ(run_at(guest, plain), 1) << "PSTATE.A";
  EXPECT_EQ(run_at(other, plain), 1);
  EXPECT_TRUE(guest.HasPendingSError(cpu_));
  EXPECT_EQ(other.Unload(cpu_), Status::kOk);
  EXPECT_FALSE(Cpu::Read<HcrEl2>().vse());
  guest.frame().pc = unmasked;
  const Found taken = Run(guest);
  EXPECT_EQ(taken.vector, 0x380u);
  EXPECT_EQ(taken.elr, unmasked + 4);
  EXPECT_EQ(taken.spsr & 0x3cf, 0x2c5u);
  EXPECT_EQ(taken.esr, 0xbe00'0000u | (Has<Feature::kRas, Cpu>() ? kIss : 0));
  EXPECT_FALSE(guest.HasPendingSError(cpu_));
  EXPECT_EQ(run_at(guest, unmasked), 1);
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

/// Runs one instruction with x1 at `address`, and x5.
vcpu::Exit RunAt(percpu::PerCpu<TestHost>& cpu, vcpu::Vcpu& guest, const Code::Pair& pair,
                 std::uint64_t address) {
  guest.frame().pc = Address(&pair);
  guest.frame().x[1] = address;
  guest.frame().x[5] = 0x1122'3344'5566'7788;
  const Result<vcpu::Exit> exit = guest.Run(cpu);
  EXPECT_TRUE(exit.has_value());
  return exit.value_or(vcpu::Exit{});
}

/// What the guest left in the buffer.
std::uint64_t Stored() { return *static_cast<volatile std::uint64_t*>(buffer); }

constexpr std::uint64_t kBytes = 0xf1e2'd3c4'b5a6'9788;

TEST_P(Injection, ACompletedLoadLeavesWhatTheInstructionDoes) {
  vcpu::Vcpu guest(Config());
  for (const Code::Pair& pair : kCode.loads) {
    buffer[0] = kBytes;
    EXPECT_EQ(RunAt(cpu_, guest, pair, GuestCode(Address(buffer)).entry()).syndrome.immediate(), 1);
    const std::uint64_t loaded = guest.frame().x[5];
    const auto access = vcpu::Access::Of(RunAt(cpu_, guest, pair, kDevice));
    ASSERT_TRUE(access.has_value()) << pair.instruction;
    EXPECT_TRUE(!access->is_write && access->address == kDevice);
    vcpu::CompleteLoad(*access, kBytes, guest.frame());
    EXPECT_EQ(guest.frame().x[5], loaded) << pair.instruction;
    EXPECT_EQ(guest.frame().pc, Address(&pair.hvc));
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

TEST_P(Injection, ACompletedStoreWritesWhatTheInstructionDoes) {
  vcpu::Vcpu guest(Config());
  for (const Code::Pair& pair : kCode.stores) {
    buffer[0] = kBytes;
    EXPECT_EQ(RunAt(cpu_, guest, pair, GuestCode(Address(buffer)).entry()).syndrome.immediate(), 1);
    std::uint64_t completed = kBytes;
    const auto access = vcpu::Access::Of(RunAt(cpu_, guest, pair, kDevice));
    ASSERT_TRUE(access.has_value()) << pair.instruction;
    const std::uint64_t value = vcpu::StoredValue(*access, guest.frame());
    std::memcpy(&completed, &value, access->bytes);
    EXPECT_EQ(completed, Stored()) << pair.instruction;
    vcpu::CompleteStore(guest.frame());
    EXPECT_EQ(guest.frame().pc, Address(&pair.hvc));
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

TEST_P(Injection, AnAccessThatTheSyndromeDoesNotDescribeIsRefused) {
  vcpu::Vcpu guest(Config());
  for (const Code::Pair& pair : kCode.others) {
    const vcpu::Exit exit = RunAt(cpu_, guest, pair, kDevice);
    EXPECT_TRUE(exit.reason == vcpu::ExitReason::kDataAbort);
    EXPECT_FALSE(vcpu::Access::Of(exit).has_value()) << pair.instruction;
  }
  EXPECT_EQ(guest.Unload(cpu_), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, Injection,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::injection_functest
