#include "sim/tool.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <format>
#include <fstream>
#include <iterator>

#include "sim/pe/violation.h"
#include "sim/profiles/profile_file.h"
#include "tools/user_path.h"

namespace trivet::sim {
Profile Options::ChosenProfile() const {
  const bool is_file = cpu.find_first_of("./") != std::string::npos;
  const std::string path = is_file ? tools::UserPath(cpu) : "";
  const Profile profile = is_file ? ParseProfile(ReadFile(path), path) : ProfileNamed(cpu);
  return el3 ? profile.WithEl3() : profile;
}

Options ParseOptions(int argc, char** argv, std::initializer_list<std::string_view> known) {
  Options options;
  for (int i = 1; i < argc; ++i) {
    const std::string_view word = argv[i];
    if (word == "--cpu" && i + 1 < argc) {
      options.cpu = argv[++i];
    } else if (word == "--el3") {
      options.el3 = true;
    } else if (std::ranges::find(known, word) != known.end()) {
      options.switches.emplace(word);
    } else if (word.starts_with("-")) {
      throw Violation(std::format("no option is called {}", word));
    } else {
      options.files.push_back(tools::UserPath(word));
    }
  }
  return options;
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path)) {
    throw Violation(std::format("{}: cannot be read", path));
  }
  std::string text((std::istreambuf_iterator<char>(file)), {});
  if (text.empty()) throw Violation(std::format("{}: is empty", path));
  return text;
}

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

int RunTool(const char* name, int (*tool)(int argc, char** argv), int argc, char** argv) {
  try {
    return tool(argc, argv);
  } catch (const Violation& violation) {
    std::fflush(stdout);
    std::fprintf(stderr, "%s: %s\n", name, violation.what());
    return kMisused;
  }
}

}  // namespace trivet::sim
