// SPDX-License-Identifier: Apache-2.0 OR MIT
// No access is ignored silently: it completes, faults as the architecture requires, or is refused
// by name.

#include "sim/instructions/unmodelled.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <string>
#include <vector>

#include "hal/registers.h"
#include "sim/instructions/interpreter.h"
#include "sim/model/model.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::HcrEl2;
using hal::RegisterId;
using hal::RegisterInfo;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// "" when the call completes or faults, or the Violation's text.
template <class Call>
std::string Refusal(Call call) {
  try {
    call();
  } catch (const Violation& violation) {
    return violation.what();
  }
  return {};
}

std::string RefusalOf(Pe& pe, const Instruction& instruction) {
  return Refusal([&] { Interpreter(pe).Execute(instruction); });
}

/// An INTID whose end means nothing: for ICC_EOIR1_EL1 and its like.
constexpr std::uint64_t kNoInterrupt = 1023;

/// Each instruction that names `info`'s register, at every level.
void TryEverywhere(const Profile& profile, const RegisterInfo& info) {
  for (const unsigned el : {2u, 1u, 0u}) {
    for (const bool e2h : {false, true}) {
      Pe pe(profile);
      pe.set_reserved_bits(ReservedBits::kIgnored);
      pe.SetSgiSink([](Pe&, const SgiRequest&) {});
      pe.set_x(0, kNoInterrupt);
      pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).e2h(e2h).raw());
      pe.set_pstate(el == 0 ? Pstate::FromSpsr(Pstate::kDaif) : Pstate::Masked(el));
      for (const Instruction& i : {Mrs(0, info.id), Msr(info.id, 0)}) {
        const std::string text = RefusalOf(pe, i);
        EXPECT_TRUE(text.empty() || text.find(info.name) != std::string::npos)
            << info.name << " at EL" << el << ": " << text;
      }
    }
  }
}

TEST(EveryRegister, CompletesFaultsOrIsRefusedByName) {
  std::vector<Profile> profiles(AllProfiles().begin(), AllProfiles().end());
  profiles.push_back(ProfileNamed("max").WithEl3());
  profiles.push_back(SyntheticProfile());
  for (const Profile& profile : profiles) {
    for (const RegisterInfo& info : hal::AllRegisters()) TryEverywhere(profile, info);
  }
}

TEST(EveryRegister, IsRefusedByNameAtEl2WhereTheCpuLacksIt) {
  Pe pe(ProfileNamed("cortex-a53"));
  unsigned lacking = 0;
  for (const RegisterInfo& info : hal::AllRegisters()) {
    if (pe.model().PlansAt(2, false)[static_cast<unsigned>(info.id)].read !=
        Outcome::kMissingFeature)
      continue;
    ++lacking;
    const std::string text = Refusal([&] { pe.Read(info.id); });
    EXPECT_THAT(text, HasSubstr(info.name));
    EXPECT_THAT(text, HasSubstr("does not implement"));
  }
  EXPECT_GT(lacking, 50u);
}

TEST(EveryRegister, OfAArch32IsRes0OrUndefinedWithoutIt) {
  Pe pe(ProfileNamed("neoverse-v1"));
  for (const RegisterId id : {RegisterId::kHstrEl2, RegisterId::kSpsrAbt, RegisterId::kSpsrFiq,
                              RegisterId::kSpsrIrq, RegisterId::kSpsrUnd}) {
    EXPECT_EQ(pe.Read(id), 0u) << hal::InfoOf(id).name;
  }
  for (const RegisterId id :
       {RegisterId::kFpexc32El2, RegisterId::kDacr32El2, RegisterId::kIfsr32El2}) {
    EXPECT_THROW(pe.Read(id), Violation) << hal::InfoOf(id).name;
  }
}

class UnmodelledTest : public ::testing::Test {
 protected:
  /// A guest at EL1 that would call EL2 at once.
  UnmodelledTest() {
    pe_.memory().Place(kCode, {Hvc(1)});
    pe_.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
    pe_.set_pc(kCode);
  }
  std::uint64_t RunGuest() {
    pe_.set_pstate(Pstate::Masked(1));
    return pe_.RunLowerEl();
  }

  static constexpr std::uint64_t kCode = 0x8000'0000;
  Pe pe_{SyntheticProfile()};
};

TEST_F(UnmodelledTest, EveryControlRefusesAGuestByName) {
  EXPECT_NO_THROW(RunGuest());
  for (const UnmodelledControl& control : UnmodelledControls()) {
    ASSERT_NE(control.mask, 0u) << hal::InfoOf(control.id).name;
    const std::uint64_t one = std::uint64_t{1} << std::countr_zero(control.mask);
    const std::uint64_t before = pe_.Peek(control.id);
    pe_.Poke(control.id, before | one);
    const std::string text = Refusal([&] { RunGuest(); });
    EXPECT_THAT(text, HasSubstr(hal::InfoOf(control.id).name));
    EXPECT_THAT(text, HasSubstr(std::string(control.what)));
    pe_.Poke(control.id, before);
  }
}

TEST(Unmodelled, AControlThatTheCpuLacksIsNotLookedAt) {
  // A reset leaves registers that a Cortex-A72 does not have alone, with EL3 too.
  Pe pe(ProfileNamed("cortex-a72").WithEl3());
  pe.PowerDown();
  pe.PowerUp();
  EXPECT_EQ(pe.UnknownBits(RegisterId::kHfgrtrEl2), 0u);
  pe.memory().Place(0x8000'0000, {Hvc(1)});
  for (const RegisterId id :
       {RegisterId::kHcrEl2, RegisterId::kSctlrEl1, RegisterId::kVbarEl2, RegisterId::kMdscrEl1}) {
    pe.Poke(id, 0);
  }
  pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
  pe.set_pc(0x8000'0000);
  pe.set_pstate(Pstate::Masked(1));
  EXPECT_NO_THROW(pe.RunLowerEl());
}

TEST_F(UnmodelledTest, StageOneTranslationIsRefusedByName) {
  pe_.Poke(RegisterId::kSctlrEl1, hal::SctlrEl1::Inert().m(true).raw());
  EXPECT_THAT([&] { RunGuest(); }, ThrowsMessage<Violation>(HasSubstr("SCTLR_EL1.M")));
}

TEST_F(UnmodelledTest, El3IsRefusedByName) {
  Pe pe(ProfileNamed("max").WithEl3());
  pe.memory().Place(kCode, {Smc(1)});
  pe.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).raw());
  pe.set_pc(kCode);
  pe.set_pstate(Pstate::Masked(1));
  EXPECT_THAT([&] { pe.RunLowerEl(); }, ThrowsMessage<Violation>(HasSubstr("EL3")));
}

/// FEAT_NMI's masks. [arm-arm] SCTLR_EL2.NMI.
class NmiTest : public ::testing::Test {
 protected:
  bool IsTaken(hal::SctlrEl2 sctlr, std::uint64_t pstate) {
    pe_.Poke(RegisterId::kHcrEl2, HcrEl2().rw(true).imo(true).raw());
    pe_.Poke(RegisterId::kSctlrEl2, sctlr.raw());
    pe_.set_pstate(Pstate::FromSpsr(0x8 | pstate));
    pe_.RaiseIrq();
    return pe_.DeliverableInterrupt().has_value();
  }

  Pe pe_{ProfileNamed("max")};
  const hal::SctlrEl2 off_ = hal::SctlrEl2::Inert(), on_ = off_.nmi(true);
};

TEST_F(NmiTest, AllintMasksWhereNmiIsOn) {
  EXPECT_TRUE(IsTaken(off_, Pstate::kAllint));
  EXPECT_FALSE(IsTaken(on_, Pstate::kAllint));
  EXPECT_TRUE(IsTaken(on_, 0));
}

TEST_F(NmiTest, SpMasksWithSpintmask) {
  EXPECT_TRUE(IsTaken(on_, Pstate::kSp));
  EXPECT_FALSE(IsTaken(on_.spintmask(true), Pstate::kSp));
  EXPECT_TRUE(IsTaken(on_.spintmask(true), 0));
}

TEST_F(NmiTest, ExceptionEntrySetsAllintUnlessSpintmask) {
  ASSERT_TRUE(IsTaken(off_, 0));
  pe_.TakeException(*pe_.DeliverableInterrupt());
  EXPECT_TRUE(pe_.pstate().Has(Pstate::kAllint));
  ASSERT_TRUE(IsTaken(off_.spintmask(true), 0));
  pe_.TakeException(*pe_.DeliverableInterrupt());
  EXPECT_FALSE(pe_.pstate().Has(Pstate::kAllint));
}

}  // namespace
}  // namespace trivet::sim
