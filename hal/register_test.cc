// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <gtest/gtest.h>

#include <cstdint>

#include "hal/list_registers.h"
#include "hal/registers.h"

namespace trivet::hal {
namespace {

TEST(Register, TypedSettersMakeTheBaselinesHcrValue) {
  const HcrEl2 hcr = HcrEl2().vm(true).rw(true).imo(true).fmo(true).tsc(true);
  EXPECT_EQ(hcr.raw(), 0x8008'0019u);
}

TEST(Register, SettersReturnACopyAndLeaveTheOriginal) {
  const HcrEl2 before = HcrEl2::FromRaw(0xffff);
  const HcrEl2 after = before.vm(false);
  EXPECT_EQ(before.raw(), 0xffffu);
  EXPECT_EQ(after.raw(), 0xfffeu);
}

TEST(Register, ASetterCutsAValueThatIsTooWideForItsField) {
  EXPECT_EQ(VtcrEl2().t0sz(0xff).raw(), 0x3fu);
  EXPECT_EQ(MdcrEl2().hpmn(0x20).raw(), 0u);
}

TEST(Register, FieldsWithMeaningTakeAndGiveTheirEnumerators) {
  const VtcrEl2 vtcr = VtcrEl2::Inert()
                           .tg0(Granule0::k16Kb)
                           .sh0(Shareability::kInner)
                           .ps(PhysicalSize::k48Bits)
                           .sl0(StartLevel::k16KbLevel1);
  EXPECT_EQ(vtcr.raw(), 0x8005'b080u);
  EXPECT_EQ(vtcr.tg0(), Granule0::k16Kb);
  EXPECT_EQ(vtcr.ps(), PhysicalSize::k48Bits);
  EXPECT_EQ(EsrEl2::FromRaw(0x5a00'1234).ec(), ExceptionClass::kHvc64);
  EXPECT_EQ(SpsrEl2::FromRaw(0x3c9).m(), ProcessorMode::kEl2h);
}

// [arm-arm] VTCR_EL2: bit 31 is RES1.
TEST(Inert, VtcrHasItsRes1Bit) { EXPECT_EQ(VtcrEl2::Inert().raw(), 0x8000'0000u); }

// [arm-arm] CPTR_EL2: 13, 9 and 7:0 are RES1; so are TSM (12) without SME and TZ (8) without SVE.
TEST(Inert, CptrTrapsNothingButVectorsThatMayNotExist) {
  EXPECT_EQ(CptrEl2::Inert().raw(), 0x33ffu);
  EXPECT_FALSE(CptrEl2::Inert().tfp());
  EXPECT_EQ(CptrEl2E2h::Inert().raw(), 0u);
}

// [arm-arm] SCTLR_EL2 with E2H clear: 29, 28, 23, 18, 16, 5, 4; 22 and 11 without FEAT_ExS.
TEST(Inert, SctlrHasItsRes1BitsAndTheMmuOff) {
  EXPECT_EQ(SctlrEl2::Inert().raw(), 0x30c5'0830u);
  EXPECT_FALSE(SctlrEl2::Inert().m());
}

// What is RES1 with E2H clear are controls of EL0 with E2H set: 16 (nTWI) and 18 (nTWE) are plain
// fields.
TEST(Inert, SctlrWithE2hKeepsOnlyWhatIsOneWithoutAFeature) {
  const SctlrEl2E2h sctlr = SctlrEl2E2h::Inert();
  EXPECT_TRUE(sctlr.span());
  EXPECT_TRUE(sctlr.eis());
  EXPECT_TRUE(sctlr.eos());
  EXPECT_FALSE(sctlr.ntwi());
  EXPECT_FALSE(sctlr.m());
}

TEST(Inert, NothingIsEnabled) {
  EXPECT_EQ(HcrEl2::Inert().raw(), 0u);
  EXPECT_EQ(VbarEl2::Inert().raw(), 0u);
  EXPECT_EQ(MdcrEl2::Inert().raw(), 0u);
  EXPECT_EQ(IchHcrEl2::Inert().raw(), 0u);
  EXPECT_EQ(VmpidrEl2::Inert().raw(), 0x8000'0000u);
  EXPECT_EQ(TcrEl2::Inert().raw(), 0x8080'0000u);
}

// An EL12 name holds values of the EL1 register's type; a numbered family shares one type.
static_assert(std::is_same_v<SctlrEl12::Value, SctlrEl1>);
static_assert(std::is_same_v<CntvCtlEl02::Value, CntvCtlEl0>);
static_assert(std::is_same_v<IchLrEl2<15>::Value, ListRegister>);
static_assert(kInfo<IchLrEl2<15>>.id == RegisterId::kIchLr15El2);
// Registers with equal fields are different types all the same.
static_assert(!std::is_convertible_v<FarEl1, FarEl2>);
static_assert(!std::is_convertible_v<CptrEl2, CptrEl2E2h>);

// Accesses that the architecture forbids do not satisfy the backends' concepts.
static_assert(ReadableRegister<IccIar1El1> && !WritableRegister<IccIar1El1>);
static_assert(WritableRegister<IccEoir1El1> && !ReadableRegister<IccEoir1El1>);
static_assert(WritableRegister<IccDirEl1> && !ReadableRegister<IccDirEl1>);
static_assert(WritableRegister<IccSgi1rEl1> && !ReadableRegister<IccSgi1rEl1>);
static_assert(ReadableRegister<MpidrEl1> && !WritableRegister<MpidrEl1>);
static_assert(!SystemRegister<int>);

}  // namespace
}  // namespace trivet::hal
