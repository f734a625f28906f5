// SPDX-License-Identifier: Apache-2.0 OR MIT
// SME: each guest that has it has its own Streaming SVE mode, ZA, ZT0 and vectors, of the lengths
// that it was given; a host that uses it finds all of its own, in whichever mode it was.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/guest/sme_values.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/sme_state.h"
#include "vectors/vector_state.h"

// el2_sme.S; trivet_simd_guest: el2_sve.S.
extern "C" {
extern const char trivet_sme_guest[], trivet_sme_alone[], trivet_simd_guest[];
}

namespace trivet::tests::sme_functest {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;
using vectors::SmeArea;
using vectors::SveArea;

constexpr std::uint64_t kVectorsOpen = 3 << 24 | 3 << 20 | 3 << 16;  // CPACR_EL1.{SMEN, FPEN, ZEN}
constexpr Capabilities kOpen = Capability::kFp | Capability::kSve | Capability::kSme;

alignas(16) std::byte scratch[256];

/// One guest, and what it must find of its own.
struct Owner {
  vcpu::Vcpu vcpu;
  std::uint64_t bytes;  ///< Of its vectors, in either mode.
  std::uint64_t byte = 0, svcr = 0;
  bool has_run = false;
};

class SmeRegisters : public ::testing::TestWithParam<HostKind> {
 protected:
  SmeRegisters() : machine_(GetParam()), e2h_(Cpu::Read<HcrEl2>().e2h()) {
    stage2_ = {};
    EXPECT_EQ(GuestCode(Address(trivet_sme_guest)).Map(stage2_), Status::kOk);
    OpenToHost();
    Cpu::Write<ZcrEl2>(ZcrEl2().len(kHostGranules - 1));
    Cpu::Write<SmcrEl2>(HostsSmcr());
    WriteEl1<SmcrEl1, SmcrEl12>(SmcrEl2().len(5).raw());
    WriteEl1<ZcrEl1, ZcrEl12>(ZcrEl2().len(6).raw());
    Cpu::Isb();
    Cpu::Write<Tpidr2El0>(Tpidr2El0::FromRaw(kHostsThread));
  }
  ~SmeRegisters() override { Cpu::Write<Svcr>(Svcr()); }

  static constexpr std::uint64_t kHostsThread = 0x7d1d'2000;
  static constexpr std::size_t kVectorBytes = vectors::SveBytes(kHostGranules);

  static std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }
  static bool HasFa64() { return Has<Feature::kSmeFa64, Cpu>(); }
  static bool HasFfr(std::uint64_t svcr) { return (svcr & kSm) == 0 || HasFa64(); }
  static SmcrEl2 HostsSmcr() { return SmcrEl2().len(kHostGranules - 1).fa64(HasFa64()).ezt0(true); }
  /// QEMU stores it without the feature too.
  static constexpr std::uint64_t kFa64 = SmcrEl2().fa64(true).raw();

  /// The host's own CPTR_EL2.
  void OpenToHost(bool sme = true) const {
    constexpr TrapLevels kNone = TrapLevels::kNone;
    const TrapLevels smen = sme ? kNone : TrapLevels::kAll;
    if (e2h_) {
      Cpu::Write<CptrEl2E2h>(Cpu::Read<CptrEl2E2h>().fpen(kNone).zen(kNone).smen(smen));
    } else {
      Cpu::Write<CptrEl2>(Cpu::Read<CptrEl2>().tfp(false).tz(false).tsm(!sme));
    }
    Cpu::Isb();
  }
  /// EL1's, by the name that reaches it.
  template <class El1, class El12>
  void WriteEl1(std::uint64_t value) const {
    if (e2h_) return Cpu::Write<El12>(El12::Value::FromRaw(value));
    Cpu::Write<El1>(El1::Value::FromRaw(value));
  }
  template <class El1, class El12>
  std::uint64_t ReadEl1() const {
    return e2h_ ? Cpu::Read<El12>().raw() : Cpu::Read<El1>().raw();
  }

  /// The host enters a mode and has values of its own there.
  void EnterHostsMode(std::uint64_t svcr) {
    Cpu::Write<Svcr>(Svcr::FromRaw(svcr));
    svcr_ = svcr;
    Fill(expected_, kVectorBytes, 1 + static_cast<unsigned>(svcr));
    // [arm-arm] FFR: ones from the first element on, then zeros.
    std::fill_n(expected_ + kVectorBytes - 8, 8, std::byte{0});
    if (HasFfr(svcr)) expected_[kVectorBytes - 8] = std::byte{0x1f};
    vectors::VectorState state;
    state.fpcr = Fpcr().rmode(1).raw();
    state.fpsr = Fpsr().dzc(true).raw();
    vectors::TrivetLoadVectors(&state);
    vectors::TrivetLoadSve(expected_, HasFfr(svcr));
    Fill(expected_za_, sizeof(expected_za_), 0x33);
    Fill(expected_zt0_, sizeof(expected_zt0_), 0x55);
    if ((svcr & kZa) == 0) return;
    vectors::TrivetLoadZa(expected_za_);
    vectors::TrivetLoadZt0(expected_zt0_);
  }

  void ExpectHosts() {
    ASSERT_EQ(Cpu::Read<Svcr>().raw(), svcr_);
    EXPECT_EQ(Cpu::Read<SmcrEl2>().raw(), HostsSmcr().raw());
    EXPECT_EQ(Cpu::Read<Fpsr>().raw(), Fpsr().dzc(true).raw());
    static std::byte now[kVectorBytes], za[sizeof(expected_za_)], zt0[sizeof(expected_zt0_)];
    std::ranges::fill(now, std::byte{0});
    vectors::TrivetStoreSve(now, HasFfr(svcr_));
    ExpectSame(now, expected_, "Z, P and FFR");
    if ((svcr_ & kZa) == 0) return;
    vectors::TrivetStoreZa(za);
    vectors::TrivetStoreZt0(zt0);
    ExpectSame(za, expected_za_, "ZA");
    ExpectSame(zt0, expected_zt0_, "ZT0");
  }
  /// What a loaded guest's stand in for.
  void ExpectHostsWhenUnloaded() {
    EXPECT_EQ((ReadEl1<SmcrEl1, SmcrEl12>()), SmcrEl2().len(5).raw());
    EXPECT_EQ((ReadEl1<ZcrEl1, ZcrEl12>()), ZcrEl2().len(6).raw());
    EXPECT_EQ(Cpu::Read<Tpidr2El0>().raw(), kHostsThread);
  }

  static vcpu::Config Config(std::uint16_t vmid, Capabilities open, SveArea sve, SmeArea sme) {
    return {.entry = Address(trivet_sme_guest),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2_), vmid),
            .open = open,
            .sve = sve,
            .sme = sme};
  }

  /// The guest finds what it left last, and leaves the values of `byte` in mode `svcr`.
  void Exchange(percpu::PerCpuState& cpu, Owner& guest, std::uint64_t byte, std::uint64_t svcr) {
    auto& frame = guest.vcpu.frame();
    frame.pc = Address(trivet_sme_guest);
    frame.x[0] = svcr;
    frame.x[1] = HasFa64();
    frame.x[2] = Address(scratch);
    frame.x[3] = byte;
    frame.x[9] = kVectorsOpen;
    frame.x[10] = byte << 32 | 2;
    const Result<vcpu::Exit> exit = guest.vcpu.Run(cpu);
    ASSERT_TRUE(exit.has_value() && exit->syndrome.IsHvc(1)) << exit->syndrome.raw();
    SCOPED_TRACE(guest.byte);
    EXPECT_EQ(frame.x[4], guest.svcr);
    EXPECT_EQ(frame.x[8], guest.bytes);
    EXPECT_EQ(frame.x[11], guest.bytes);
    const std::uint64_t vectors = VectorsOf(guest.byte, guest.bytes, HasFfr(guest.svcr));
    EXPECT_EQ(frame.x[5], guest.has_run ? vectors : 0);
    const bool za = (guest.svcr & kZa) != 0;
    EXPECT_EQ(frame.x[6], za ? ZaOf(guest.byte, guest.bytes) : 0);
    EXPECT_EQ(frame.x[7], za ? Zt0Of(guest.byte, guest.bytes) : 0);
    EXPECT_EQ(frame.x[12], guest.has_run ? guest.byte << 32 | 2 : 0);
    EXPECT_EQ(frame.x[13] & ~kFa64, guest.has_run ? 0x4000'000f : 0);
    EXPECT_EQ(frame.x[16], guest.has_run ? 15 : 0);
    guest.byte = byte;
    guest.svcr = svcr;
    guest.has_run = true;
  }

  /// A number for each run, so that no two leave the same bytes.
  std::uint64_t NextByte() { return byte_ += 5; }

  template <class H, class P>
  void TwoGuestsAndTheHost() {
    percpu::PerCpu<H, P> cpu;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    static vectors::SveMemory<2> sve_two;
    static vectors::SveMemory<1> sve_one;
    static vectors::SmeMemory<2> two;
    static vectors::SmeMemory<1> one;
    sve_two = {}, sve_one = {}, two = {}, one = {};
    Owner first = {.vcpu = vcpu::Vcpu(Config(5, kOpen, sve_two, two)), .bytes = 32};
    Owner second = {.vcpu = vcpu::Vcpu(Config(6, kOpen, sve_one, one)), .bytes = 16};
    for (const std::uint64_t hosts : H::kUsesFp ? std::span(kModes) : std::span(kModes, 1)) {
      EnterHostsMode(hosts);
      const auto step = [&](Owner& guest, std::uint64_t svcr) {
        Exchange(cpu, guest, NextByte(), svcr);
        if (H::kUsesFp) ExpectHosts();
      };
      step(first, kBoth);
      step(second, kZa);
      step(first, kSm);
      step(second, kBoth);
      step(first, kOff);
      step(first, kZa);
      EXPECT_EQ(second.vcpu.Unload(cpu), Status::kOk);
      step(second, kSm);
      EXPECT_EQ(second.vcpu.Unload(cpu), Status::kOk);
      ExpectHosts();
      ExpectHostsWhenUnloaded();
    }
    Exchange(cpu, first, NextByte(), kBoth);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    ExpectHosts();
    ExpectHostsWhenUnloaded();
  }

  static inline constinit vcpu::BlockStage2 stage2_;
  Machine machine_;
  const bool e2h_;
  std::uint64_t svcr_ = 0, byte_ = 3;
  alignas(16) std::byte expected_[kVectorBytes] = {};
  alignas(16) std::byte expected_za_[vectors::ZaBytes(kHostGranules)] = {};
  alignas(16) std::byte expected_zt0_[vectors::kZt0Bytes] = {};
};

/// Memory of one guest with the shortest vectors.
struct Small {
  vectors::SveMemory<1> sve;
  vectors::SmeMemory<1> sme;
};
[[clang::no_destroy]] Small small;

TEST_P(SmeRegisters, AreEachGuestsOwnOnFirstUse) {
  TwoGuestsAndTheHost<SmeHost, percpu::DefaultPolicy>();
}
TEST_P(SmeRegisters, AreEachGuestsOwnWithEachLoad) { TwoGuestsAndTheHost<SmeHost, EagerPolicy>(); }

/// It gets back its vector lengths, and both modes off; one that has them on has its guest refused.
TEST_P(SmeRegisters, OfAHostThatDoesNotUseThemAreOffBeforeAndAfterwards) {
  percpu::PerCpu<PlainHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  small = {};
  Owner guest = {.vcpu = vcpu::Vcpu(Config(5, kOpen, small.sve, small.sme)), .bytes = 16};
  for (const std::uint64_t svcr : {kBoth, kSm, kZa}) {
    OpenToHost();
    Cpu::Write<Svcr>(Svcr::FromRaw(svcr));
    OpenToHost(false);
    const CptrEl2 cptr = Cpu::Read<CptrEl2>();
    EXPECT_EQ(guest.vcpu.Run(cpu).error_or(Status::kOk), Status::kUnsupportedHost);
    EXPECT_EQ(cpu.last_error().register_id, RegisterId::kSvcr);
    EXPECT_TRUE(Cpu::Read<CptrEl2>() == cptr);
    OpenToHost();
    EXPECT_EQ(Cpu::Read<Svcr>().raw(), svcr);
    Cpu::Write<Svcr>(Svcr());
    Exchange(cpu, guest, NextByte(), svcr);
    EXPECT_EQ(guest.vcpu.Unload(cpu), Status::kOk);
    EXPECT_EQ(Cpu::Read<Svcr>().raw(), 0u);
    EXPECT_EQ(Cpu::Read<SmcrEl2>().raw(), HostsSmcr().raw());
    ExpectHostsWhenUnloaded();
  }
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

/// SIMD instructions are not legal in Streaming SVE mode unless SMCR_EL1.FA64 makes them.
TEST_P(SmeRegisters, OfAHostDoNotReachAGuestWithFpAlone) {
  percpu::PerCpu<SmeHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(5, Capability::kFp, {}, {}));
  std::uint64_t left = 0;
  for (const std::uint64_t hosts : kModes) {
    EnterHostsMode(hosts);
    guest.frame().pc = Address(trivet_simd_guest);
    guest.frame().x[3] = 0xc1 + hosts;
    guest.frame().x[9] = kVectorsOpen;
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    ASSERT_TRUE(exit.has_value() && exit->reason == vcpu::ExitReason::kHypercall);
    EXPECT_EQ(guest.frame().x[5], left);
    left = (0xc1 + hosts) * 0x0101'0101'0101'0101;
    ExpectHosts();
  }
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ExpectHosts();
}

/// The first load of a guest with SME looks at the CPU's vector lengths.
TEST_P(SmeRegisters, LeaveALoadedGuestWithFpItsOwn) {
  percpu::PerCpu<PlainHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  small = {};
  vcpu::Vcpu simd(Config(5, Capability::kFp, {}, {}));
  Owner guest = {.vcpu = vcpu::Vcpu(Config(6, kOpen, small.sve, small.sme)), .bytes = 16};
  for (const std::uint64_t left : {std::uint64_t{0}, 0xc1 * std::uint64_t{0x0101'0101'0101'0101}}) {
    simd.frame().pc = Address(trivet_simd_guest);
    simd.frame().x[3] = 0xc1;
    simd.frame().x[9] = kVectorsOpen;
    ASSERT_TRUE(simd.Run(cpu).has_value());
    EXPECT_EQ(simd.frame().x[5], left);
    Exchange(cpu, guest, NextByte(), kBoth);
  }
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ExpectHostsWhenUnloaded();
}

TEST_P(SmeRegisters, AreTheHostsAfterAPanic) {
  for (const std::uint64_t hosts : kModes) {
    percpu::PerCpu<SmeHost> cpu;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    EnterHostsMode(hosts);
    small = {};
    Owner guest = {.vcpu = vcpu::Vcpu(Config(5, kOpen, small.sve, small.sme)), .bytes = 16};
    Exchange(cpu, guest, NextByte(), kBoth);
    cpu.Panic();
    ExpectHosts();
    ExpectHostsWhenUnloaded();
  }
}

TEST_P(SmeRegisters, StayOnTheCpuWithTheGuest) {
  percpu::PerCpu<SmeHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  small = {};
  Owner guest = {.vcpu = vcpu::Vcpu(Config(5, kOpen, small.sve, small.sme)), .bytes = 16};
  EnterHostsMode(kSm);
  Exchange(cpu, guest, NextByte(), kZa);
  ASSERT_EQ(cpu.LeaveOnCpu(), Status::kOk);
  OpenToHost();
  EXPECT_EQ(Cpu::Read<Svcr>().raw(), kZa);
  EXPECT_EQ(Cpu::Read<SmcrEl2>().raw(), HostsSmcr().raw());
  EXPECT_EQ(Cpu::Read<ZcrEl2>().len(), kHostGranules - 1);
  EXPECT_EQ((ReadEl1<SmcrEl1, SmcrEl12>()) & ~kFa64, 0x4000'000fu);
  EXPECT_EQ(Cpu::Read<Tpidr2El0>().raw(), e2h_ ? kHostsThread : guest.byte << 32 | 2);
  vectors::TrivetStoreZt0(scratch);
  EXPECT_EQ(scratch[0], static_cast<std::byte>(guest.byte + kZ + kP + guest.bytes));
}

TEST_P(SmeRegisters, AreClosedToAGuestWithoutThem) {
  percpu::PerCpu<PlainHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  small = {};
  vcpu::Vcpu guest(Config(5, Capability::kFp | Capability::kSve, small.sve, small.sme));
  guest.frame().pc = Address(trivet_sme_alone);
  guest.frame().x[9] = kVectorsOpen;
  const Result<vcpu::Exit> exit = guest.Run(cpu);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->syndrome.exception_class(), ExceptionClass::kSme);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

TEST_P(SmeRegisters, NeedMemoryFpAndSve) {
  percpu::PerCpu<PlainHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  const auto refused = [&](Capabilities open, SmeArea sme) {
    vcpu::Vcpu guest(Config(5, open, small.sve, sme));
    EXPECT_EQ(guest.Run(cpu).error_or(Status::kOk), Status::kInvalidArgument);
    EXPECT_EQ(cpu.last_error().feature, Feature::kSme);
  };
  refused(Capability::kSme, small.sme);
  refused(Capability::kFp | Capability::kSme, small.sme);
  refused(kOpen, {});
  SmeArea odd = small.sme;
  odd.granules = 3;
  refused(kOpen, odd);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

/// On a CPU without the shortest ones: SMCR_EL2.LEN cannot limit them to the memory. The host's
/// are kept while it is measured.
TEST_P(SmeRegisters, NeedMemoryForTheShortestVectorsOfTheCpu) {
  Cpu::Write<SmcrEl2>(SmcrEl2());
  Cpu::Isb();
  const std::uint64_t shortest = vectors::TrivetStreamingVectorBytes();
  Cpu::Write<SmcrEl2>(HostsSmcr());
  Cpu::Isb();
  if (shortest == 16) GTEST_SKIP() << "this CPU has the shortest";
  percpu::PerCpu<SmeHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  EnterHostsMode(kBoth);
  vcpu::Vcpu guest(Config(5, kOpen, small.sve, small.sme));
  EXPECT_EQ(guest.Run(cpu).error_or(Status::kOk), Status::kInvalidArgument);
  EXPECT_EQ(cpu.last_error().register_id, RegisterId::kSmcrEl2);
  EXPECT_EQ(cpu.last_error().expected, 16u);
  EXPECT_EQ(cpu.last_error().got, shortest);
  ExpectHosts();
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ExpectHosts();
}

INSTANTIATE_TEST_SUITE_P(HostKinds, SmeRegisters,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::sme_functest
