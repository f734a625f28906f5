// SPDX-License-Identifier: Apache-2.0 OR MIT
// El2Backend costs nothing: each function of probe.cc is the instructions it names and a return.
// Arguments: the disassembly of probe.cc, in as many builds as there are files.

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "hal/el2/disassembly_text.h"

namespace {

using trivet::hal::Code;
using trivet::hal::ReadFunctions;

std::vector<std::string> files;

const std::map<std::string, Code>& Expected() {
  static const std::map<std::string, Code> expected = {
      {"ReadVbar", {"mrs x0, VBAR_EL2", "ret"}},
      {"WriteVbar", {"msr VBAR_EL2, x0", "ret"}},
      {"ReadHcr", {"mrs x0, HCR_EL2", "ret"}},
      {"WriteHcr", {"msr HCR_EL2, x0", "ret"}},
      {"ReadIar", {"mrs x0, ICC_IAR1_EL1", "ret"}},
      {"WriteEoir", {"msr ICC_EOIR1_EL1, x0", "ret"}},
      {"WriteAlias", {"msr SCTLR_EL12, x0", "ret"}},
      {"Isb", {"isb", "ret"}},
      {"DsbNsh", {"dsb nsh", "ret"}},
      {"DsbIsh", {"dsb ish", "ret"}},
      {"DsbSy", {"dsb sy", "ret"}},
      {"TlbiAllE1", {"tlbi alle1", "ret"}},
      {"TlbiAllE1Is", {"tlbi alle1is", "ret"}},
      {"TlbiVmallS12E1", {"tlbi vmalls12e1", "ret"}},
      {"TlbiVmallS12E1Is", {"tlbi vmalls12e1is", "ret"}},
      {"TlbiAllE2", {"tlbi alle2", "ret"}},
      {"AtS1E1R", {"at s1e1r, x0", "ret"}},
      {"AtS1E1W", {"at s1e1w, x0", "ret"}},
      {"AtS1E0R", {"at s1e0r, x0", "ret"}},
      {"AtS1E0W", {"at s1e0w, x0", "ret"}},
      {"DaifMask", {"mrs x0, DAIF", "msr DAIFSet, #15", "ret"}},
      {"DaifRestore", {"msr DAIF, x0", "ret"}},
  };
  return expected;
}

TEST(El2Backend, IsExactlyTheInstructionsItNames) {
  ASSERT_FALSE(files.empty());
  for (const std::string& path : files) {
    const std::map<std::string, Code> functions = ReadFunctions(path);
    EXPECT_EQ(functions.size(), Expected().size()) << path;
    for (const auto& [name, code] : Expected()) {
      const auto found = functions.find(name);
      ASSERT_NE(found, functions.end()) << name << " in " << path;
      EXPECT_EQ(found->second, code) << name << " in " << path;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  files.assign(argv + 1, argv + argc);
  return RUN_ALL_TESTS();
}
