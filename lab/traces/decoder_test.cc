// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/decoder.h"

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/instructions/coprocessor.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using hal::RegisterId;

// Words as an assembler makes them of the text beside each.

TEST(DecodeA64, ExceptionGeneration) {
  EXPECT_EQ(DecodeA64(0xd4024682).op, sim::Op::kHvc);  // hvc #0x1234
  EXPECT_EQ(DecodeA64(0xd4024682).imm, 0x1234u);
  EXPECT_EQ(DecodeA64(0xd4000aa3).op, sim::Op::kSmc);  // smc #0x55
  EXPECT_EQ(DecodeA64(0xd4000121).op, sim::Op::kSvc);  // svc #9
  EXPECT_EQ(DecodeA64(0xd4200440).op, sim::Op::kBrk);  // brk #0x22
  EXPECT_EQ(DecodeA64(0x00001234).op, sim::Op::kUdf);  // udf #0x1234
}

TEST(DecodeA64, SystemAccesses) {
  const sim::Instruction read = DecodeA64(0xd5380705);  // mrs x5, id_aa64mmfr0_el1
  EXPECT_EQ(read.op, sim::Op::kMrs);
  EXPECT_EQ(read.rt, 5);
  EXPECT_EQ(read.reg, sim::AccessId(RegisterId::kIdAa64Mmfr0El1));
  const sim::Instruction write = DecodeA64(0xd5181007);  // msr sctlr_el1, x7
  EXPECT_EQ(write.op, sim::Op::kMsr);
  EXPECT_EQ(write.rt, 7);
  EXPECT_EQ(write.reg, sim::AccessId(RegisterId::kSctlrEl1));
  EXPECT_EQ(DecodeA64(0xd508871f).reg, sim::FindAccess("TLBI_VMALLE1"));  // tlbi vmalle1
  const sim::Instruction mask = DecodeA64(0xd50342df);                    // msr daifset, #2
  EXPECT_EQ(mask.reg, sim::FindAccess("MSR_DAIFSET"));
  EXPECT_EQ(mask.imm, 2u);
  EXPECT_EQ(DecodeA64(0xd53e1100).reg, sim::AccessId(RegisterId::kScrEl3));  // mrs x0, scr_el3
}

TEST(DecodeA64, HintsBarriersAndBranches) {
  EXPECT_EQ(DecodeA64(0xd503207f).op, sim::Op::kWfi);
  EXPECT_EQ(DecodeA64(0xd503205f).op, sim::Op::kWfe);
  EXPECT_EQ(DecodeA64(0xd503201f).op, sim::Op::kNop);
  EXPECT_EQ(DecodeA64(0xd5033fdf).op, sim::Op::kIsb);
  EXPECT_EQ(DecodeA64(0xd5033bbf).op, sim::Op::kDmb);
  EXPECT_EQ(DecodeA64(0xd69f03e0).op, sim::Op::kEret);
  EXPECT_EQ(DecodeA64(0xd65f0020).rn, 1);             // ret x1
  EXPECT_EQ(DecodeA64(0x9e670000).op, sim::Op::kFp);  // fmov d0, x0
}

TEST(DecodeA64, LoadsAndStoresHaveTheShapeTheSyndromeTells) {
  const sim::Instruction load = DecodeA64(0x79800020);  // ldrsh x0, [x1]
  EXPECT_EQ(load.op, sim::Op::kLoad);
  EXPECT_EQ(load.memory.size_log2, 1);
  EXPECT_TRUE(load.memory.sign_extend);
  EXPECT_TRUE(load.memory.sixty_four);
  const sim::Instruction store = DecodeA64(0xb9000c20);  // str w0, [x1, #12]
  EXPECT_EQ(store.op, sim::Op::kStore);
  EXPECT_EQ(store.imm, 12u);
  EXPECT_FALSE(store.memory.sixty_four);
  EXPECT_FALSE(DecodeA64(0xa9400820).memory.syndrome_valid);  // ldp x0, x2, [x1]
  EXPECT_FALSE(DecodeA64(0xc85f7c20).memory.syndrome_valid);  // ldxr x0, [x1]
  const sim::Instruction release = DecodeA64(0x889ffc20);     // stlr w0, [x1]
  EXPECT_EQ(release.op, sim::Op::kStore);
  EXPECT_TRUE(release.memory.acquire_release);
}

TEST(DecodeA64, AnythingElseIsRefusedByItsWord) {
  EXPECT_THROW(DecodeA64(0xd50320ff), sim::Violation);  // xpaclri: a hint that does something
  EXPECT_THROW(DecodeA64(0x91000400), sim::Violation);  // add x0, x0, #1
  EXPECT_THROW(DecodeA64(0xf9800020), sim::Violation);  // prfm
  EXPECT_THROW(DecodeA64(0xd538ffe0), sim::Violation);  // mrs x0, s3_0_c15_c15_7
}

TEST(DecodeA32, ClosedSet) {
  EXPECT_EQ(DecodeA32(0xe1412374).op, sim::Op::kHvc);  // hvc #0x1234
  EXPECT_EQ(DecodeA32(0xe1412374).imm, 0x1234u);
  EXPECT_EQ(DecodeA32(0xe1600070).op, sim::Op::kSmc);  // smc #0
  EXPECT_EQ(DecodeA32(0xef000012).imm, 0x12u);         // svc #0x12
  EXPECT_EQ(DecodeA32(0xe7f000f0).op, sim::Op::kUdf);  // udf #0
  EXPECT_EQ(DecodeA32(0xe320f003).op, sim::Op::kWfi);
  const sim::Instruction read = DecodeA32(0xee112f10);  // mrc p15, 0, r2, c1, c0, 0
  EXPECT_EQ(read.op, sim::Op::kMrc);
  EXPECT_EQ(read.rt, 2);
  EXPECT_EQ(read.imm, sim::Cp15Iss(0, 1, 0, 0));
}

TEST(DecodeA32, ConditionalAndOtherInstructionsAreRefused) {
  EXPECT_THROW(DecodeA32(0x01600070), sim::Violation);  // smceq #0
  EXPECT_THROW(DecodeA32(0xe1a00000), sim::Violation);  // mov r0, r0
  EXPECT_THROW(DecodeA32(0xee100e10), sim::Violation);  // mrc p14, ...
}

}  // namespace
}  // namespace trivet::lab
