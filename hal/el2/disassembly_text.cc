// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/el2/disassembly_text.h"

#include <fstream>

namespace trivet::hal {
namespace {

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

}  // namespace

// Functions begin at a line "<name>:".
std::map<std::string, Code> ReadFunctions(const std::string& path) {
  std::map<std::string, Code> functions;
  std::ifstream file(path);
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

}  // namespace trivet::hal
