// SPDX-License-Identifier: Apache-2.0 OR MIT
// A transition compiles to straight-line code: the instructions of its steps in their order, no
// call, no loop, and only branches that skip what the CPU or the kind of host lacks.
// Argument: the optimized disassembly of probe.cc.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "hal/el2/disassembly_text.h"

namespace {

using trivet::hal::Code;

std::map<std::string, Code> functions;

std::string Mnemonic(const std::string& instruction) {
  return instruction.substr(0, instruction.find(' '));
}

/// A branch with an immediate target.
bool IsBranch(const std::string& mnemonic) {
  return mnemonic == "b" || mnemonic.starts_with("b.") || mnemonic.starts_with("cb") ||
         mnemonic.starts_with("tb");
}

/// Calls, indirect branches and exceptions: BL, BR, BLR, ERET and their authenticated forms; SVC,
/// HVC, SMC and BRK. RET ends the line.
bool LeavesTheLine(const std::string& mnemonic) {
  static const std::vector<std::string> prefixes = {"bl", "br", "eret", "svc", "hvc", "smc", "udf"};
  for (const std::string& prefix : prefixes) {
    if (mnemonic.starts_with(prefix)) return true;
  }
  return mnemonic.starts_with("reta");
}

/// The instruction a branch "b.ne 0x34 <Name+0x34>" goes to, counted from the function's first;
/// the function's size when it goes elsewhere.
std::size_t Target(const std::string& name, const Code& code, const std::string& branch) {
  const std::string prefix = "<" + name + "+0x";
  const std::size_t begin = branch.find(prefix);
  if (begin == std::string::npos) return code.size();
  return std::stoul(branch.substr(begin + prefix.size()), nullptr, 16) / 4;
}

/// Instructions that change the CPU's state rather than general registers and memory.
Code SystemInstructions(const Code& code) {
  Code system;
  for (const std::string& instruction : code) {
    const std::string mnemonic = Mnemonic(instruction);
    if (mnemonic == "msr") system.push_back(instruction.substr(0, instruction.find(',')));
    if (mnemonic == "isb" || mnemonic == "dsb" || mnemonic == "tlbi") system.push_back(instruction);
  }
  return system;
}

class StraightLine : public ::testing::TestWithParam<const char*> {
 protected:
  const Code& code() const { return functions.at(GetParam()); }
};

TEST_P(StraightLine, NothingIsCalledAndNothingIsRepeated) {
  for (std::size_t i = 0; i < code().size(); ++i) {
    const std::string mnemonic = Mnemonic(code()[i]);
    EXPECT_FALSE(LeavesTheLine(mnemonic)) << code()[i];
    if (!IsBranch(mnemonic)) continue;
    const std::size_t target = Target(GetParam(), code(), code()[i]);
    EXPECT_GT(target, i) << code()[i];
    EXPECT_LT(target, code().size()) << code()[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Transitions, StraightLine,
                         ::testing::Values("EnablePerEnableSteps", "DisablePerEnableSteps",
                                           "EnableWithHostTpidrSteps", "DisableWithHostTpidrSteps",
                                           "EnablePerRunSteps", "DisablePerRunSteps", "IntoRun",
                                           "OutOfRun", "MinimalEnable", "MinimalDisable"));

unsigned Branches(const Code& code) {
  unsigned branches = 0;
  for (const std::string& instruction : code) branches += IsBranch(Mnemonic(instruction));
  return branches;
}

TEST(Steps, OnlyTheBarrierThatFewCpusNeedBeforeHcrIsABranch) {
  for (const char* name :
       {"EnablePerEnableSteps", "EnableWithHostTpidrSteps", "DisablePerEnableSteps",
        "DisableWithHostTpidrSteps", "IntoRun", "OutOfRun"}) {
    EXPECT_EQ(Branches(functions.at(name)), 1u) << name;
  }
  EXPECT_EQ(Branches(functions.at("EnablePerRunSteps")), 0u);
  // The check of the object's own state.
  EXPECT_EQ(Branches(functions.at("MinimalEnable")), 1u);
  EXPECT_EQ(Branches(functions.at("MinimalDisable")), 1u);
}

TEST(Steps, AreTheInstructionsTheyNameInTheirOrder) {
  const Code enable = {
      "msr TPIDR_EL2", "msr VTCR_EL2", "msr VTTBR_EL2", "msr VBAR_EL2", "isb", "dsb nsh",
      "msr HCR_EL2",   "isb",          "tlbi alle1",    "dsb nsh",      "isb"};
  EXPECT_EQ(SystemInstructions(functions.at("EnablePerEnableSteps")), enable);
  EXPECT_EQ(SystemInstructions(functions.at("EnableWithHostTpidrSteps")),
            Code(enable.begin() + 1, enable.end()));
  const Code enable_for_runs = {"tlbi alle1", "dsb nsh", "isb"};
  EXPECT_EQ(SystemInstructions(functions.at("EnablePerRunSteps")), enable_for_runs);
  const Code minimal_enable = {"msr VBAR_EL2", "msr HCR_EL2", "isb"};
  EXPECT_EQ(SystemInstructions(functions.at("MinimalEnable")), minimal_enable);
  const Code minimal_disable = {"msr HCR_EL2", "msr VBAR_EL2", "isb"};
  EXPECT_EQ(SystemInstructions(functions.at("MinimalDisable")), minimal_disable);
  const Code disable = SystemInstructions(functions.at("DisablePerEnableSteps"));
  ASSERT_GT(disable.size(), 7u);
  const Code first = {"dsb nsh", "msr HCR_EL2", "isb", "tlbi alle1", "dsb nsh", "msr VBAR_EL2"};
  const Code last = {"isb", "msr TPIDR_EL2"};
  EXPECT_EQ(Code(disable.begin(), disable.begin() + 6), first);
  EXPECT_EQ(Code(disable.end() - 2, disable.end()), last);
}

// AmpereOne AC04_CPU_23: a translation between the DSB, the write and the ISB may be corrupted.
TEST(Steps, NothingComesBetweenAWriteOfHcrAndItsBarriers) {
  for (const char* name :
       {"EnablePerEnableSteps", "EnableWithHostTpidrSteps", "DisablePerEnableSteps",
        "DisableWithHostTpidrSteps", "IntoRun", "OutOfRun"}) {
    const Code& code = functions.at(name);
    const auto write = std::ranges::find_if(
        code, [](const std::string& i) { return i.starts_with("msr HCR_EL2"); });
    ASSERT_GT(code.end() - write, 1) << name;
    EXPECT_EQ(*(write + 1), "isb") << name;
    EXPECT_EQ(*(write - 1), "dsb nsh") << name;
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  if (argc != 2 || (functions = trivet::hal::ReadFunctions(argv[1])).empty()) return 2;
  return RUN_ALL_TESTS();
}
