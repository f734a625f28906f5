// SPDX-License-Identifier: Apache-2.0 OR MIT
// SVE registers: each guest that has them has its own, with vectors of the length that it was
// given; a host that uses them finds all of its own, a guest with FP and SIMD alone reaches none.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "tests/support/guest_code.h"
#include "tests/support/machine.h"
#include "tests/support/test_host.h"
#include "vcpu/stage2.h"
#include "vcpu/vcpu.h"
#include "vectors/sve_state.h"

// el2_sve.S.
extern "C" {
extern const char trivet_sve_guest[], trivet_simd_guest[];
}

namespace trivet::tests::sve_functest {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

constexpr std::uint64_t kVectorsOpen = 3 << 20 | 3 << 16;  // CPACR_EL1.{FPEN, ZEN}
constexpr unsigned kHostGranules = 4, kHostZcrEl1 = 6;
using Memory = vectors::SveMemory<kHostGranules>;

[[clang::no_destroy]] Memory host_memory;

struct SveHost : TestHost {
  static constexpr bool kUsesFp = true;
  static vectors::SveArea SveAreaFor(CpuId) { return host_memory; }
};
struct EagerPolicy : percpu::DefaultPolicy {
  static constexpr percpu::VectorRegisters kVectorRegisters = percpu::VectorRegisters::kEachLoad;
};

/// What the host has: a value of its own in each byte. Predicates and FFR of the same kind.
Memory HostsRegisters(std::uint64_t vector_bytes) {
  Memory memory;
  const std::size_t used = vectors::SveBytes(static_cast<unsigned>(vector_bytes / 16));
  for (std::size_t i = 0; i < used; ++i) {
    memory.bytes[i] = static_cast<std::byte>(i * 7 + i / 256 + 1);
  }
  // [arm-arm] FFR: ones from the first element on, then zeros.
  std::fill_n(memory.bytes + used - vector_bytes / 8, vector_bytes / 8, std::byte{0});
  memory.bytes[used - vector_bytes / 8] = std::byte{0x1f};
  return memory;
}

class SveRegisters : public ::testing::TestWithParam<HostKind> {
 protected:
  SveRegisters() : machine_(GetParam()) {
    stage2_ = {};
    EXPECT_EQ(GuestCode(Address(trivet_sve_guest)).Map(stage2_), Status::kOk);
    OpenSve();
    Cpu::Write<ZcrEl2>(ZcrEl2().len(kHostGranules - 1));
    if (GetParam() == HostKind::kVhe) Cpu::Write<ZcrEl12>(ZcrEl12::Value::FromRaw(kHostZcrEl1));
    if (GetParam() != HostKind::kVhe) Cpu::Write<ZcrEl1>(ZcrEl1::Value::FromRaw(kHostZcrEl1));
    Cpu::Isb();
    vector_bytes_ = vectors::TrivetSveVectorBytes();
    expected_ = HostsRegisters(vector_bytes_);
    vectors::TrivetLoadSve(expected_.bytes);
  }

  static std::uint64_t Address(const void* p) { return reinterpret_cast<std::uint64_t>(p); }

  /// The host's own CPTR_EL2.
  static void OpenSve() {
    if (Cpu::Read<HcrEl2>().e2h()) {
      Cpu::Write<CptrEl2E2h>(
          Cpu::Read<CptrEl2E2h>().fpen(TrapLevels::kNone).zen(TrapLevels::kNone));
    } else {
      Cpu::Write<CptrEl2>(Cpu::Read<CptrEl2>().tfp(false).tz(false));
    }
    Cpu::Isb();
  }

  vcpu::Config Config(std::uint16_t vmid, Capabilities open, vectors::SveArea sve) {
    return {.entry = Address(trivet_sve_guest),
            .vtcr = vcpu::BlockStage2::vtcr(),
            .vttbr = vcpu::BlockStage2::vttbr(Address(&stage2_), vmid),
            .open = open,
            .sve = sve};
  }

  void ExpectHosts() {
    ASSERT_EQ(vectors::TrivetSveVectorBytes(), vector_bytes_);
    Memory now;
    vectors::TrivetStoreSve(now.bytes);
    const std::size_t used = vectors::SveBytes(static_cast<unsigned>(vector_bytes_ / 16));
    for (std::size_t i = 0; i < used; ++i) {
      ASSERT_EQ(now.bytes[i], expected_.bytes[i]) << "byte " << i << " of the host's SVE state";
    }
  }

  /// What the guest found in Z5's last byte, P1 and FFR.
  struct Found {
    std::uint64_t vector_bytes, last, predicate, ffr;
  };
  Found Exchange(percpu::PerCpuState& cpu, vcpu::Vcpu& guest, std::uint8_t value) {
    auto& frame = guest.frame();
    frame.pc = Address(trivet_sve_guest);
    frame.x[3] = value;
    frame.x[9] = kVectorsOpen;
    const std::uint64_t left = frame.x[10];
    frame.x[10] = (value ^ value >> 4) & 0xf;
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    EXPECT_TRUE(exit.has_value() && exit->reason == vcpu::ExitReason::kHypercall);
    EXPECT_EQ(frame.x[8], left) << "ZCR_EL1";
    return {frame.x[4], frame.x[5], frame.x[6], frame.x[7]};
  }
  static void Expect(const Found& found, std::uint64_t bytes, std::uint64_t last, bool full) {
    EXPECT_EQ(found.vector_bytes, bytes);
    EXPECT_EQ(found.last, last);
    EXPECT_EQ(found.predicate, full ? bytes : 0);
    EXPECT_EQ(found.ffr, full ? bytes : 0);
  }

  template <class H, class P>
  void TwoGuestsAndTheHost() {
    percpu::PerCpu<H, P> cpu;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
    const Capabilities open = Capability::kFp | Capability::kSve;
    static vectors::SveMemory<2> two;
    static vectors::SveMemory<1> one;
    two = {};
    one = {};
    vcpu::Vcpu first(Config(5, open, two)), second(Config(6, open, one));
    Expect(Exchange(cpu, first, 0xa1), 32, 0, false);
    if (H::kUsesFp) ExpectHosts();
    Expect(Exchange(cpu, second, 0xb1), 16, 0, false);
    Expect(Exchange(cpu, first, 0xa2), 32, 0xa1, true);
    Expect(Exchange(cpu, first, 0xa3), 32, 0xa2, true);
    if (H::kUsesFp) ExpectHosts();
    Expect(Exchange(cpu, second, 0xb2), 16, 0xb1, true);
    EXPECT_EQ(second.Unload(cpu), Status::kOk);
    EXPECT_EQ(vectors::TrivetSveVectorBytes(), vector_bytes_);
    if (H::kUsesFp) ExpectHosts();
    Expect(Exchange(cpu, first, 0xa4), 32, 0xa3, true);
    ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
    EXPECT_EQ(Cpu::Read<ZcrEl2>().len(), kHostGranules - 1);
    EXPECT_EQ(GetParam() == HostKind::kVhe ? Cpu::Read<ZcrEl12>().raw() : Cpu::Read<ZcrEl1>().raw(),
              kHostZcrEl1);
    if (H::kUsesFp) ExpectHosts();
  }

  static inline constinit vcpu::BlockStage2 stage2_;
  Machine machine_;
  std::uint64_t vector_bytes_ = 0;
  Memory expected_;
};

/// A host that does not say that it uses SVE.
struct PlainHost : TestHost {
  static constexpr bool kUsesFp = false;
};

TEST_P(SveRegisters, AreEachGuestsOwnOnFirstUse) {
  TwoGuestsAndTheHost<PlainHost, percpu::DefaultPolicy>();
}
TEST_P(SveRegisters, AreEachGuestsOwnWithEachLoad) {
  TwoGuestsAndTheHost<PlainHost, EagerPolicy>();
}
TEST_P(SveRegisters, AreAHostsThatUsesThemAfterEachRun) {
  TwoGuestsAndTheHost<SveHost, percpu::DefaultPolicy>();
}
TEST_P(SveRegisters, AreAHostsThatUsesThemAfterEachRunWithEachLoad) {
  TwoGuestsAndTheHost<SveHost, EagerPolicy>();
}

TEST_P(SveRegisters, AreAHostsThatUsesThemUnderAGuestWithFpAlone) {
  percpu::PerCpu<SveHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  vcpu::Vcpu guest(Config(5, Capability::kFp, {}));
  for (std::uint64_t round = 0; round < 2; ++round) {
    guest.frame().pc = Address(trivet_simd_guest);
    guest.frame().x[3] = 0xc1;
    guest.frame().x[9] = kVectorsOpen;
    const Result<vcpu::Exit> exit = guest.Run(cpu);
    ASSERT_TRUE(exit.has_value() && exit->reason == vcpu::ExitReason::kHypercall);
    EXPECT_EQ(guest.frame().x[5], round * 0xc1c1'c1c1'c1c1'c1c1);
    ExpectHosts();
  }
  guest.frame().pc = Address(trivet_sve_guest);
  const Result<vcpu::Exit> exit = guest.Run(cpu);
  ASSERT_TRUE(exit.has_value());
  EXPECT_EQ(exit->syndrome.exception_class(), ExceptionClass::kSve);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
  ExpectHosts();
}

TEST_P(SveRegisters, AreTheHostsAfterAPanic) {
  percpu::PerCpu<SveHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  static vectors::SveMemory<2> memory;
  memory = {};
  vcpu::Vcpu guest(Config(5, Capability::kFp | Capability::kSve, memory));
  Expect(Exchange(cpu, guest, 0xa1), 32, 0, false);
  cpu.Panic();
  ExpectHosts();
}

TEST_P(SveRegisters, NeedMemoryAndFp) {
  percpu::PerCpu<TestHost> cpu;
  ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.HardwareEnable(), Status::kOk);
  static vectors::SveMemory<1> memory;
  vcpu::Vcpu alone(Config(5, Capability::kSve, memory));
  vcpu::Vcpu nowhere(Config(6, Capability::kFp | Capability::kSve, {}));
  EXPECT_EQ(alone.Run(cpu).error_or(Status::kOk), Status::kInvalidArgument);
  EXPECT_EQ(nowhere.Run(cpu).error_or(Status::kOk), Status::kInvalidArgument);
  EXPECT_EQ(cpu.last_error().feature, Feature::kSve);
  ASSERT_EQ(cpu.HardwareDisable(), Status::kOk);
}

INSTANTIATE_TEST_SUITE_P(HostKinds, SveRegisters,
                         ::testing::Values(HostKind::kNvhe, HostKind::kNvheTge, HostKind::kVhe));

}  // namespace
}  // namespace trivet::tests::sve_functest
