// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/syndrome.h"

#include <gtest/gtest.h>

namespace trivet::vectors {
namespace {

TEST(Syndrome, HvcCarriesItsImmediate) {
  const Syndrome syndrome = Syndrome::FromRaw(0x5a00'1234);
  EXPECT_EQ(syndrome.exception_class(), ExceptionClass::kHvc64);
  EXPECT_EQ(syndrome.immediate(), 0x1234);
  EXPECT_EQ(syndrome.instruction_bytes(), 4u);
}

TEST(Syndrome, AnHvcIsRecognizedWithItsImmediateAndNothingElse) {
  EXPECT_TRUE(Syndrome::FromRaw(0x5a00'1234).IsHvc(0x1234));
  EXPECT_TRUE(Syndrome::FromRaw(0x5a00'0000).IsHvc(0));
  EXPECT_FALSE(Syndrome::FromRaw(0x5a00'1234).IsHvc(0x1235));
  for (unsigned bit = 16; bit < 32; ++bit) {
    EXPECT_FALSE(Syndrome::FromRaw(0x5a00'1234 ^ std::uint64_t{1} << bit).IsHvc(0x1234)) << bit;
  }
}

TEST(Syndrome, SystemRegisterTrapNamesEncodingDirectionAndRegister) {
  // mrs x7, ID_AA64PFR0_EL1: op0 3, op1 0, CRn 0, CRm 4, op2 0.
  constexpr std::uint64_t kIss =
      (3u << 20) | (0u << 17) | (0u << 14) | (0u << 10) | (7u << 5) | (4u << 1) | 1u;
  const SystemRegisterTrap read = Syndrome::FromRaw(0x6200'0000 | kIss).system_register();
  EXPECT_TRUE(read.encoding == (hal::Encoding{3, 0, 0, 4, 0}));
  EXPECT_EQ(read.rt, 7);
  EXPECT_TRUE(read.is_read);
  EXPECT_FALSE(Syndrome::FromRaw(0x6200'0000 | (kIss & ~1u)).system_register().is_read);
}

TEST(Syndrome, EveryEncodingFieldIsTakenFromItsOwnBits) {
  constexpr std::uint64_t kIss = (2u << 20) | (5u << 17) | (6u << 14) | (11u << 10) | (13u << 1);
  const hal::Encoding encoding = Syndrome::FromRaw(kIss).system_register().encoding;
  EXPECT_EQ(encoding.op0, 2);
  EXPECT_EQ(encoding.op2, 5);
  EXPECT_EQ(encoding.op1, 6);
  EXPECT_EQ(encoding.crn, 11);
  EXPECT_EQ(encoding.crm, 13);
}

TEST(Syndrome, DataAbortDescribesTheAccess) {
  // ldr x5 (8 bytes, zero extending), stage 2 translation fault at level 2.
  const Syndrome syndrome = Syndrome::FromRaw(0x93c5'8006);
  ASSERT_EQ(syndrome.exception_class(), ExceptionClass::kDataAbortLower);
  const DataAbort abort = syndrome.data_abort();
  EXPECT_TRUE(abort.access_is_described);
  EXPECT_EQ(abort.access_bytes, 8);
  EXPECT_EQ(abort.rt, 5);
  EXPECT_TRUE(abort.is_64_bit);
  EXPECT_FALSE(abort.sign_extend);
  EXPECT_FALSE(abort.is_write);
  EXPECT_TRUE(abort.far_is_valid);
  EXPECT_FALSE(abort.during_stage1_walk);
  EXPECT_EQ(abort.fault.kind, FaultKind::kTranslation);
  EXPECT_EQ(abort.fault.level, 2);
}

TEST(Syndrome, DataAbortFlagsAreIndependent) {
  const auto abort = [](unsigned bit) {
    return Syndrome::FromRaw((std::uint64_t{0x24} << 26) | (std::uint64_t{1} << bit)).data_abort();
  };
  EXPECT_TRUE(abort(6).is_write);
  EXPECT_TRUE(abort(7).during_stage1_walk);
  EXPECT_FALSE(abort(10).far_is_valid);
  EXPECT_TRUE(abort(21).sign_extend);
  EXPECT_EQ(abort(22).access_bytes, 2);
  EXPECT_EQ(abort(23).access_bytes, 4);
  EXPECT_FALSE(abort(23).is_write);
}

TEST(Syndrome, WaitTrapTellsWfiFromWfe) {
  EXPECT_FALSE(Syndrome::FromRaw(0x0600'0000).wait().is_wfe);
  EXPECT_TRUE(Syndrome::FromRaw(0x0600'0001).wait().is_wfe);
  EXPECT_TRUE(Syndrome::FromRaw(0x0600'0002).wait().has_timeout);
}

TEST(FaultStatus, KindAndLevelOfEveryGroup) {
  for (int level = 0; level < 4; ++level) {
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(0x04 + level)).kind,
              FaultKind::kTranslation);
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(0x04 + level)).level, level);
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(0x0c + level)).kind,
              FaultKind::kPermission);
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(0x08 + level)).kind,
              FaultKind::kAccessFlag);
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(level)).kind, FaultKind::kAddressSize);
    EXPECT_EQ(DecodeFaultStatus(static_cast<std::uint8_t>(0x14 + level)).kind,
              FaultKind::kExternal);
  }
  EXPECT_EQ(DecodeFaultStatus(0x21).kind, FaultKind::kAlignment);
  EXPECT_EQ(DecodeFaultStatus(0x21).level, -1);
  EXPECT_EQ(DecodeFaultStatus(0x3f).kind, FaultKind::kOther);
}

constexpr std::uint64_t kTranslationFault = 0x06, kS1ptw = 1 << 7, kFnv = 1 << 10;
constexpr Syndrome AbortWith(std::uint64_t iss) {
  return Syndrome::FromRaw(static_cast<std::uint64_t>(ExceptionClass::kDataAbortLower) << 26 | iss);
}

TEST(FaultAddress, TheIpaIsThePageOfHpfarAndTheOffsetOfFar) {
  const FaultAddress fault =
      FaultAddress::FromRegisters(AbortWith(kTranslationFault), 0xffff'0000'c000'0120, 0xc0'0000);
  EXPECT_EQ(fault.virtual_address, 0xffff'0000'c000'0120u);
  EXPECT_EQ(fault.intermediate_address, 0xc000'0120u);
}

// HPFAR_EL2 keeps an earlier fault's page where the architecture leaves it UNKNOWN.
TEST(FaultAddress, HasNoIpaWhereHpfarIsUnknown) {
  constexpr std::uint64_t kPermissionFault = 0x0e, kExternalAbort = 0x10, kExternalOnWalk = 0x16;
  for (const std::uint64_t dfsc : {kPermissionFault, kExternalAbort, kExternalOnWalk}) {
    const FaultAddress fault = FaultAddress::FromRegisters(AbortWith(dfsc), 0x120, 0xc0'0000);
    EXPECT_FALSE(fault.intermediate_address.has_value()) << dfsc;
    EXPECT_EQ(fault.virtual_address, 0x120u) << dfsc;
  }
}

TEST(FaultAddress, HasThePageOfAStage1DescriptorWithoutAnOffset) {
  const FaultAddress fault =
      FaultAddress::FromRegisters(AbortWith(0x0e | kS1ptw), 0x8123, 0xc0'0000);
  EXPECT_EQ(fault.intermediate_address, 0xc000'0000u);
}

TEST(FaultAddress, HasNoVirtualAddressWithFnv) {
  const FaultAddress fault = FaultAddress::FromRegisters(AbortWith(0x10 | kFnv), 0x8123, 0);
  EXPECT_FALSE(fault.virtual_address.has_value());
}

}  // namespace
}  // namespace trivet::vectors
