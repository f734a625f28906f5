// SPDX-License-Identifier: Apache-2.0 OR MIT
// What Trivet links for EL2 needs no exclusives, which may fault where the caches are off: words
// that CPUs share are read by LDAR and written by STLR. docs/decisions/0010. Arguments:
// disassemblies, that of //allcpus first.

#include <gtest/gtest.h>

#include <fstream>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace {

std::vector<std::string> files;

std::vector<std::string> InstructionsOf(const std::string& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) {
    const std::size_t begin = line.find_first_not_of(" \t");
    if (begin != std::string::npos) lines.push_back(line.substr(begin));
  }
  return lines;
}

/// Exclusives, what FEAT_LSE and FEAT_LSE128 have in their place, and calls that choose one.
const std::regex kReadModifyWrite(
    R"((ld|st)a?l?x[rp][bh]?\s.*|casp?a?l?[bh]?\s.*|swpp?a?l?[bh]?\s.*|)"
    R"((ld|st)(add|clr|eor|set|[su]max|[su]min)p?a?l?[bh]?\s.*|.*__aarch64_.*)");

TEST(ReadModifyWrite, IsRecognized) {
  for (const char* const instruction :
       {"ldxr x0, [x1]", "ldaxrb w0, [x1]", "stlxr w2, x0, [x1]", "stxp w2, x0, x3, [x1]",
        "ldaxp x0, x2, [x1]", "cas x0, x1, [x2]", "casalb w0, w1, [x2]",
        "caspal x0, x1, x2, x3, [x4]", "swpl x0, x1, [x2]", "ldaddal w8, w8, [x9]",
        "stset x0, [x1]", "ldumaxh w0, w1, [x2]", "ldclrp x0, x1, [x2]",
        "bl 0x0 <__aarch64_ldadd4_acq_rel>"}) {
    EXPECT_TRUE(std::regex_match(instruction, kReadModifyWrite)) << instruction;
  }
  for (const char* const instruction :
       {"ldar x0, [x1]", "stlrb w0, [x1]", "ldp x0, x1, [sp]", "ldr x0, [x1]", "sturh w0, [x1]",
        "ldapr x0, [x1]", "ldtr x0, [x1]", "stnp x0, x1, [x2]"}) {
    EXPECT_FALSE(std::regex_match(instruction, kReadModifyWrite)) << instruction;
  }
}

TEST(ReadModifyWrite, IsNowhereInWhatTrivetLinks) {
  for (const std::string& file : files) {
    const std::vector<std::string> instructions = InstructionsOf(file);
    EXPECT_GT(instructions.size(), 200u) << file;
    for (const std::string& instruction : instructions) {
      EXPECT_FALSE(std::regex_match(instruction, kReadModifyWrite)) << file << ": " << instruction;
    }
  }
}

TEST(AllCpusCode, ReadsByLdarWritesByStlr) {
  unsigned loads = 0, stores = 0;
  for (const std::string& instruction : InstructionsOf(files.front())) {
    loads += instruction.starts_with("ldar") ? 1 : 0;
    stores += instruction.starts_with("stlr") ? 1 : 0;
  }
  EXPECT_GE(loads, 4u);
  EXPECT_GE(stores, 2u);
}

}  // namespace

int main(int argc, char** argv) {
  ::testing::InitGoogleTest(&argc, argv);
  files.assign(argv + 1, argv + argc);
  return files.empty() ? 2 : RUN_ALL_TESTS();
}
