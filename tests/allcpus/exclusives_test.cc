// The protocol as compiled for EL2 needs no exclusives: words are read by LDAR and written by STLR.
// Arguments: its disassembly.

#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

namespace {

std::string disassembly_path;

TEST(AllCpusCode, ReadsByLdarWritesByStlrAndModifiesNothingAtomically) {
  std::ifstream file(disassembly_path);
  ASSERT_TRUE(file) << disassembly_path;
  unsigned loads = 0, stores = 0;
  for (std::string line; std::getline(file, line);) {
    std::string mnemonic;
    std::istringstream(line) >> mnemonic;
    loads += mnemonic == "ldar" ? 1 : 0;
    stores += mnemonic == "stlr" ? 1 : 0;
    // Exclusives, and what FEAT_LSE has in their place, inline or called.
    for (const char* const forbidden :
         {"ldx", "ldax", "stx", "stlx", "cas", "swp", "ldadd", "ldclr", "ldset", "ldeor"}) {
      EXPECT_FALSE(mnemonic.starts_with(forbidden)) << line;
    }
    EXPECT_EQ(line.find("__aarch64_"), std::string::npos) << line;
  }
  EXPECT_GE(loads, 4u);
  EXPECT_GE(stores, 2u);
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  if (argc != 2) return 2;
  disassembly_path = argv[1];
  return RUN_ALL_TESTS();
}
