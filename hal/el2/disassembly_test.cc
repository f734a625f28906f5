// El2Backend costs nothing: each function of probe.cc is the instructions it names and a return.
// Arguments: the disassembly of probe.cc, in as many builds as there are files.

#include <gtest/gtest.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

namespace {

using Code = std::vector<std::string>;

std::vector<std::string> files;

/// "\tmrs\tx0, VBAR_EL2  // comment" -> "mrs x0, VBAR_EL2".
std::string Normalized(std::string line) {
  line = line.substr(0, line.find("//"));
  std::string text;
  for (const char c : line) {
    const char plain = c == '\t' ? ' ' : c;
    if (plain != ' ' || (!text.empty() && text.back() != ' ')) text += plain;
  }
  while (!text.empty() && text.back() == ' ') text.pop_back();
  return text;
}

/// Instructions by function. Functions begin at a line "<name>:".
std::map<std::string, Code> ReadFunctions(const std::string& path) {
  std::map<std::string, Code> functions;
  std::ifstream file(path);
  EXPECT_TRUE(file) << path;
  Code* code = nullptr;
  for (std::string line; std::getline(file, line);) {
    const std::string text = Normalized(line);
    if (text.starts_with("<") && text.ends_with(">:")) {
      code = &functions[text.substr(1, text.size() - 3)];
    } else if (code != nullptr && !text.empty() && !text.starts_with("Disassembly")) {
      code->push_back(text);
    }
  }
  return functions;
}

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
