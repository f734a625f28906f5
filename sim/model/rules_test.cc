// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/model/rules.h"

#include <gtest/gtest.h>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/model/model.h"
#include "sim/pe/pe.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;

TEST(Rules, EveryLineNamesDescribedFieldsAndNames) { EXPECT_NO_THROW(CompileRules()); }

TEST(Rules, NamesResolveToTheirEncodings) {
  EXPECT_EQ(AccessInfoOf(FindAccess("HCR_EL2")).encoding, (hal::Encoding{3, 4, 1, 1, 0}));
  EXPECT_EQ(AccessInfoOf(FindAccess("DC_CIVAC")).encoding, (hal::Encoding{1, 3, 7, 14, 1}));
  EXPECT_FALSE(FindAccess("NO_SUCH").valid());
}

TEST(Rules, OperationsAreNotAlsoRegisters) {
  for (unsigned i = hal::kRegisterCount + 1; i < AccessCount(); ++i) {
    const AccessInfo& info = AccessInfoOf(AccessId::Operation(i - hal::kRegisterCount - 1));
    EXPECT_EQ(FindRegister(info.name), hal::RegisterId::kCount) << info.name;
  }
}

class TrapTest : public ::testing::Test {
 protected:
  /// Executes at ELx and returns the exception, if any.
  std::optional<Exception> At(unsigned el, Instruction instruction) {
    Pstate state = Pstate::Masked(el);
    if (el == 0) state.Set(Pstate::kSp, false);
    pe_.set_pstate(state);
    return Interpreter(pe_).Execute(instruction);
  }
  void Hcr(HcrEl2 hcr) { pe_.Poke(RegisterId::kHcrEl2, hcr.rw(true).raw()); }

  Pe pe_{ProfileNamed("neoverse-v1")};
};

TEST_F(TrapTest, Tid2TrapsCtrFromEl1AndEl0) {
  Hcr(HcrEl2().tid2(true));
  pe_.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().uct(true).raw());
  EXPECT_EQ(At(1, Mrs(0, RegisterId::kCtrEl0))->target_el, 2u);
  EXPECT_EQ(At(0, Mrs(0, RegisterId::kCtrEl0))->target_el, 2u);
}

TEST_F(TrapTest, El1sOwnControlComesFirst) {
  Hcr(HcrEl2().tid2(true));
  EXPECT_EQ(At(0, Mrs(0, RegisterId::kCtrEl0))->target_el, 1u);
}

TEST_F(TrapTest, TgeTakesEl0sTrapsToEl2) {
  Hcr(HcrEl2().tge(true));
  EXPECT_EQ(At(0, Mrs(0, RegisterId::kCtrEl0))->target_el, 2u);
}

TEST_F(TrapTest, HostWorldReadsItsOwnControls) {
  Hcr(HcrEl2().tge(true).e2h(true));
  pe_.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().uct(true).raw());
  EXPECT_TRUE(At(0, Mrs(0, RegisterId::kCtrEl0)).has_value());
  pe_.Poke(RegisterId::kSctlrEl2, hal::SctlrEl2E2h::Inert().uct(true).raw());
  EXPECT_FALSE(At(0, Mrs(0, RegisterId::kCtrEl0)).has_value());
}

TEST_F(TrapTest, TheLayoutOfCnthctlFollowsE2h) {
  Hcr(HcrEl2());
  pe_.Poke(RegisterId::kCnthctlEl2, hal::CnthctlEl2().el1pcten(true).raw());
  EXPECT_FALSE(At(1, Mrs(0, RegisterId::kCntpctEl0)).has_value());
  Hcr(HcrEl2().e2h(true));
  EXPECT_TRUE(At(1, Mrs(0, RegisterId::kCntpctEl0)).has_value());
  pe_.Poke(RegisterId::kCnthctlEl2, hal::CnthctlEl2E2h().el1pcten(true).raw());
  EXPECT_FALSE(At(1, Mrs(0, RegisterId::kCntpctEl0)).has_value());
}

TEST_F(TrapTest, UndefinedComesBeforeTraps) {
  Hcr(HcrEl2().tid3(true));
  // A write to a read-only register is UNDEFINED, trapped or not.
  EXPECT_EQ(At(1, Msr(RegisterId::kIdAa64Pfr0El1, 0))->target_el, 1u);
}

TEST_F(TrapTest, CacheMaintenanceBySetWay) {
  Hcr(HcrEl2().tsw(true));
  const auto trapped = At(1, Msr(FindAccess("DC_CISW"), 1));
  ASSERT_TRUE(trapped.has_value());
  EXPECT_EQ(trapped->target_el, 2u);
  Hcr(HcrEl2());
  EXPECT_FALSE(At(1, Msr(FindAccess("DC_CISW"), 1)).has_value());
}

}  // namespace
}  // namespace trivet::sim
