// SPDX-License-Identifier: Apache-2.0 OR MIT
// Trivet's code at EL2 uses no FP or SIMD register, since they hold a guest's values, and has a
// speculation barrier after every ERET. Arguments: disassemblies.

#include <gtest/gtest.h>

#include <cstddef>
#include <regex>
#include <string>
#include <vector>

#include "hal/el2/disassembly_text.h"

namespace {

using trivet::hal::Code;

std::vector<std::string> files;

TEST(Instructions, UseNoFpAndNoSimdRegister) {
  // "str q0, [sp]", "movi v0.2d, #0", "ldp d8, d9, [sp]"; not "s3_4_c1_c1_0" or "dsb".
  const std::regex vector_register(R"([ {](?:[bhsdqvzp]\d{1,2})(?:\.|,|$|\}))");
  for (const std::string& file : files) {
    std::size_t instructions = 0;
    for (const auto& [name, code] : trivet::hal::ReadFunctions(file)) {
      instructions += code.size();
      // vectors/vector_state.h, sve_state.h: for guests that have the registers.
      if (name == "TrivetStoreVectors" || name == "TrivetLoadVectors") continue;
      if (name == "TrivetStoreSve" || name == "TrivetLoadSve") continue;
      for (const std::string& instruction : code) {
        EXPECT_FALSE(std::regex_search(instruction, vector_register))
            << name << ": " << instruction;
      }
    }
    EXPECT_GT(instructions, 100u) << file;
  }
}

TEST(Instructions, NothingCanBeSpeculatedPastAnEret) {
  unsigned erets = 0;
  for (const std::string& file : files) {
    for (const auto& [name, code] : trivet::hal::ReadFunctions(file)) {
      for (std::size_t i = 0; i < code.size(); ++i) {
        if (code[i] != "eret") continue;
        ++erets;
        ASSERT_LT(i + 2, code.size()) << name;
        EXPECT_EQ(code[i + 1], "dsb nsh") << name;
        EXPECT_EQ(code[i + 2], "isb") << name;
      }
    }
  }
  EXPECT_GE(erets, 7u);  // Six slots of the host's own level, and the entry to a guest.
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  files.assign(argv + 1, argv + argc);
  return files.empty() ? 2 : RUN_ALL_TESTS();
}
