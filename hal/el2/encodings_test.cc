// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every register once by the name that the assembler knows and once by our number: the two
// instructions are the same word. Argument: the code of encodings.S, pairs of instructions.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string>

#include "hal/register_info.h"

namespace {

std::string path;

TEST(Encodings, AreThoseOfTheAssemblersNames) {
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path;
  const std::string code((std::istreambuf_iterator<char>(file)), {});
  ASSERT_EQ(code.size(), trivet::hal::AllRegisters().size() * 2 * sizeof(std::uint32_t));
  const char* at = code.data();
  for (const trivet::hal::RegisterInfo& info : trivet::hal::AllRegisters()) {
    std::uint32_t pair[2];
    std::memcpy(pair, at, sizeof(pair));
    at += sizeof(pair);
    EXPECT_EQ(pair[0], pair[1]) << info.name;
  }
}

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  path = argc > 1 ? argv[1] : "";
  return RUN_ALL_TESTS();
}
