#include "sim/replay/decoder.h"

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/instructions/coprocessor.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::RegisterId;

// Words as an assembler makes them of the text beside each.

TEST(DecodeA64, ExceptionGeneration) {
  EXPECT_EQ(DecodeA64(0xd4024682).op, Op::kHvc);  // hvc #0x1234
  EXPECT_EQ(DecodeA64(0xd4024682).imm, 0x1234u);
  EXPECT_EQ(DecodeA64(0xd4000aa3).op, Op::kSmc);  // smc #0x55
  EXPECT_EQ(DecodeA64(0xd4000121).op, Op::kSvc);  // svc #9
  EXPECT_EQ(DecodeA64(0xd4200440).op, Op::kBrk);  // brk #0x22
  EXPECT_EQ(DecodeA64(0x00001234).op, Op::kUdf);  // udf #0x1234
}

TEST(DecodeA64, SystemAccesses) {
  const Instruction read = DecodeA64(0xd5380705);  // mrs x5, id_aa64mmfr0_el1
  EXPECT_EQ(read.op, Op::kMrs);
  EXPECT_EQ(read.rt, 5);
  EXPECT_EQ(read.reg, AccessId(RegisterId::kIdAa64Mmfr0El1));
  const Instruction write = DecodeA64(0xd5181007);  // msr sctlr_el1, x7
  EXPECT_EQ(write.op, Op::kMsr);
  EXPECT_EQ(write.rt, 7);
  EXPECT_EQ(write.reg, AccessId(RegisterId::kSctlrEl1));
  EXPECT_EQ(DecodeA64(0xd508871f).reg, FindAccess("TLBI_VMALLE1"));  // tlbi vmalle1
  const Instruction mask = DecodeA64(0xd50342df);                    // msr daifset, #2
  EXPECT_EQ(mask.reg, FindAccess("MSR_DAIFSET"));
  EXPECT_EQ(mask.imm, 2u);
  EXPECT_EQ(DecodeA64(0xd53e1100).reg, AccessId(RegisterId::kScrEl3));  // mrs x0, scr_el3
}

TEST(DecodeA64, HintsBarriersAndBranches) {
  EXPECT_EQ(DecodeA64(0xd503207f).op, Op::kWfi);
  EXPECT_EQ(DecodeA64(0xd503205f).op, Op::kWfe);
  EXPECT_EQ(DecodeA64(0xd503201f).op, Op::kNop);
  EXPECT_EQ(DecodeA64(0xd5033fdf).op, Op::kIsb);
  EXPECT_EQ(DecodeA64(0xd5033bbf).op, Op::kDmb);
  EXPECT_EQ(DecodeA64(0xd69f03e0).op, Op::kEret);
  EXPECT_EQ(DecodeA64(0xd65f0020).rn, 1);        // ret x1
  EXPECT_EQ(DecodeA64(0x9e670000).op, Op::kFp);  // fmov d0, x0
}

TEST(DecodeA64, LoadsAndStoresHaveTheShapeTheSyndromeTells) {
  const Instruction load = DecodeA64(0x79800020);  // ldrsh x0, [x1]
  EXPECT_EQ(load.op, Op::kLoad);
  EXPECT_EQ(load.memory.size_log2, 1);
  EXPECT_TRUE(load.memory.sign_extend);
  EXPECT_TRUE(load.memory.sixty_four);
  const Instruction store = DecodeA64(0xb9000c20);  // str w0, [x1, #12]
  EXPECT_EQ(store.op, Op::kStore);
  EXPECT_EQ(store.imm, 12u);
  EXPECT_FALSE(store.memory.sixty_four);
  EXPECT_FALSE(DecodeA64(0xa9400820).memory.syndrome_valid);  // ldp x0, x2, [x1]
  EXPECT_FALSE(DecodeA64(0xc85f7c20).memory.syndrome_valid);  // ldxr x0, [x1]
  const Instruction release = DecodeA64(0x889ffc20);          // stlr w0, [x1]
  EXPECT_EQ(release.op, Op::kStore);
  EXPECT_TRUE(release.memory.acquire_release);
}

TEST(DecodeA64, AnythingElseIsRefusedByItsWord) {
  EXPECT_THROW(DecodeA64(0xd50320ff), Violation);  // xpaclri: a hint that does something
  EXPECT_THROW(DecodeA64(0x91000400), Violation);  // add x0, x0, #1
  EXPECT_THROW(DecodeA64(0xf9800020), Violation);  // prfm
  EXPECT_THROW(DecodeA64(0xd538ffe0), Violation);  // mrs x0, s3_0_c15_c15_7
}

TEST(DecodeA32, ClosedSet) {
  EXPECT_EQ(DecodeA32(0xe1412374).op, Op::kHvc);  // hvc #0x1234
  EXPECT_EQ(DecodeA32(0xe1412374).imm, 0x1234u);
  EXPECT_EQ(DecodeA32(0xe1600070).op, Op::kSmc);  // smc #0
  EXPECT_EQ(DecodeA32(0xef000012).imm, 0x12u);    // svc #0x12
  EXPECT_EQ(DecodeA32(0xe7f000f0).op, Op::kUdf);  // udf #0
  EXPECT_EQ(DecodeA32(0xe320f003).op, Op::kWfi);
  const Instruction read = DecodeA32(0xee112f10);  // mrc p15, 0, r2, c1, c0, 0
  EXPECT_EQ(read.op, Op::kMrc);
  EXPECT_EQ(read.rt, 2);
  EXPECT_EQ(read.imm, Cp15Iss(0, 1, 0, 0));
}

TEST(DecodeA32, ConditionalAndOtherInstructionsAreRefused) {
  EXPECT_THROW(DecodeA32(0x01600070), Violation);  // smceq #0
  EXPECT_THROW(DecodeA32(0xe1a00000), Violation);  // mov r0, r0
  EXPECT_THROW(DecodeA32(0xee100e10), Violation);  // mrc p14, ...
}

}  // namespace
}  // namespace trivet::sim
