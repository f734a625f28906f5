// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim::guest_test {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr std::uint64_t kCode = 0x8000'0000, kVectors = 0x4008'0000, kTable = 0x5000'0000;

class GuestTest : public ::testing::Test {
 protected:
  GuestTest() {
    pe_.Poke(RegisterId::kVbarEl2, kVectors);
    pe_.Poke(RegisterId::kCpacrEl1, 3 << 20);
    Hcr(HcrEl2().rw(true).imo(true).fmo(true).amo(true));
  }

  void Hcr(HcrEl2 hcr) { pe_.Poke(RegisterId::kHcrEl2, hcr.raw()); }

  /// Enters the program at EL1 with interrupts open, runs to the exit, checks the vector offset.
  void Run(GuestProgram program, std::uint64_t offset = 0x400) {
    pe_.memory().Place(kCode, program);
    pe_.Write(RegisterId::kElrEl2, kCode);
    pe_.Write(RegisterId::kSpsrEl2, 0x5);
    pe_.ExceptionReturn();
    EXPECT_EQ(pe_.RunLowerEl(), kVectors + offset);
    EXPECT_EQ(pe_.Read(RegisterId::kCurrentEl), 8u);
    EXPECT_EQ(pe_.Read(RegisterId::kDaif), Pstate::kDaif);
  }

  std::uint64_t Esr() { return pe_.Read(RegisterId::kEsrEl2); }
  std::uint64_t Elr() { return pe_.Read(RegisterId::kElrEl2); }

  Pe pe_{ProfileNamed("neoverse-v1")};
};

TEST_F(GuestTest, HvcReturnsAfterTheInstruction) {
  Run({MovImm(0, 7), Hvc(0x1234)});
  EXPECT_EQ(Esr(), 0x5a001234u);
  EXPECT_EQ(Elr(), kCode + 8);
  EXPECT_EQ(pe_.x(0), 7u);
}

TEST_F(GuestTest, TrappedSmcReturnsToTheInstruction) {
  Hcr(HcrEl2().rw(true).tsc(true));
  Run({Smc(5)});
  EXPECT_EQ(Esr(), 0x5e000005u);
  EXPECT_EQ(Elr(), kCode);
}

TEST_F(GuestTest, WfiAndWfeTrapByTheirBits) {
  Hcr(HcrEl2().rw(true).twi(true));
  Run({Wfe(), Wfi()});
  EXPECT_EQ(Esr(), 0x07e00000u);
  Hcr(HcrEl2().rw(true).twe(true));
  Run({Wfi(), Wfe()});
  EXPECT_EQ(Esr(), 0x07e00001u);
}

TEST_F(GuestTest, IdGroup3TrapsWithTheRegistersSyndrome) {
  Hcr(HcrEl2().rw(true).tid3(true));
  Run({Mrs(3, RegisterId::kIdAa64Pfr0El1)});
  EXPECT_EQ(Esr(), 0x62000000u | SystemRegisterIss({3, 0, 0, 4, 0}, 3, true));
  EXPECT_EQ(Elr(), kCode);
}

TEST_F(GuestTest, TvmTrapsWritesOnly) {
  Hcr(HcrEl2().rw(true).tvm(true));
  Run({Mrs(0, RegisterId::kTtbr0El1), Msr(RegisterId::kTtbr0El1, 0)});
  EXPECT_EQ(Elr(), kCode + 4);
}

TEST_F(GuestTest, FloatingPointTrapsByCptr) {
  pe_.Poke(RegisterId::kCptrEl2, hal::CptrEl2::Inert().tfp(true).raw());
  Run({FpAdd()});
  EXPECT_EQ(Esr(), 0x1fe00000u);
}

TEST_F(GuestTest, PhysicalIrqLeavesTheGuestWhateverItMasks) {
  pe_.SetStepHook([](Pe& pe) { pe.RaiseIrq(); });
  pe_.memory().Place(kCode, {BranchSelf()});
  pe_.Poke(RegisterId::kElrEl2, kCode);
  pe_.Poke(RegisterId::kSpsrEl2, 0x3c5);
  pe_.ExceptionReturn();
  EXPECT_EQ(pe_.RunLowerEl(), kVectors + 0x480);
  EXPECT_EQ(pe_.Peek(RegisterId::kSpsrEl2), 0x3c5u);
}

TEST_F(GuestTest, UndefinedGoesToTheGuestItself) {
  pe_.Poke(RegisterId::kVbarEl1, 0x9000'0000);
  pe_.memory().Place(0x9000'0200, {Hvc(9)});
  Run({Udf()});
  EXPECT_EQ(Esr(), 0x5a000009u);
  EXPECT_EQ(pe_.Peek(RegisterId::kEsrEl1), 0x02000000u);
  EXPECT_EQ(pe_.Peek(RegisterId::kElrEl1), kCode);
}

TEST_F(GuestTest, EndlessGuestIsAViolation) {
  pe_.set_instruction_limit(100);
  EXPECT_THAT([&] { Run({BranchSelf()}); }, ThrowsMessage<Violation>(HasSubstr("without an exit")));
}

class Stage2Test : public GuestTest {
 protected:
  Stage2Test() {
    Hcr(HcrEl2().rw(true).vm(true));
    // 4 KiB granule, 32-bit IPA, start level 1: four 1 GiB blocks; the last one is missing.
    pe_.Poke(RegisterId::kVtcrEl2, 0x8002'3560);
    pe_.Poke(RegisterId::kVttbrEl2, kTable);
    pe_.memory().Map(kTable, 0x1000);
    pe_.memory().Map(kCode + 0x10'0000, 0x1000);
    pe_.memory().Write(kTable + 16, kCode | kBlock, 8);
  }

  static constexpr std::uint64_t kBlock = 0x4fd;  // Valid block, read, write, inner shareable, AF.
};

TEST_F(Stage2Test, MappedAccessesComplete) {
  Run({MovImm(1, kCode + 0x10'0000), MovImm(0, 0x55), Str(0, 1), Ldr(2, 1), Hvc(0)});
  EXPECT_EQ(pe_.x(2), 0x55u);
}

TEST_F(Stage2Test, TranslationFaultReportsAddressAndSyndrome) {
  Run({MovImm(1, 0xc000'0120), Ldr(5, 1)});
  EXPECT_EQ(Esr(), 0x93c58005u);
  EXPECT_EQ(pe_.Read(RegisterId::kFarEl2), 0xc000'0120u);
  EXPECT_EQ(pe_.Read(RegisterId::kHpfarEl2), 0xc0'0000u);
  EXPECT_EQ(Elr(), kCode + 4);
}

TEST_F(Stage2Test, WriteToReadOnlyIsAPermissionFault) {
  pe_.memory().Write(kTable, 0x47d, 8);  // IPA 0: read-only block at 0.
  Run({MovImm(1, 0x1000), Str(0, 1)});
  EXPECT_EQ(Esr() & 0x7f, 0x4du);
}

TEST_F(Stage2Test, AccessFlagFault) {
  pe_.memory().Write(kTable, 0x0fd, 8);
  Run({MovImm(1, 0x1000), Ldr(0, 1)});
  EXPECT_EQ(Esr() & 0x3f, 0x9u);
}

TEST_F(Stage2Test, TablesMayStandInHostMemory) {
  alignas(4096) static std::uint64_t table[512];
  table[2] = kCode | kBlock;
  pe_.Poke(RegisterId::kVttbrEl2, reinterpret_cast<std::uint64_t>(table));
  Run({Hvc(3)});
  EXPECT_EQ(Esr(), 0x5a000003u);
}

TEST_F(Stage2Test, TablesNowhereAreAViolation) {
  pe_.Poke(RegisterId::kVttbrEl2, 0x6000'0000);
  EXPECT_THAT([&] { Run({Hvc(0)}); },
              ThrowsMessage<Violation>(HasSubstr("0x60000010, where nothing is mapped")));
}

TEST_F(Stage2Test, UnknownVttbrIsAViolation) {
  pe_.MakeUnknown(RegisterId::kVttbrEl2, ~std::uint64_t{0});
  EXPECT_THAT([&] { Run({Hvc(0)}); },
              ThrowsMessage<Violation>(AllOf(HasSubstr("VTTBR_EL2"), HasSubstr("UNKNOWN"))));
}

}  // namespace
}  // namespace trivet::sim::guest_test
