// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/subcommand.h"

#include <cstdio>

#include "lab/traces/input.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile_file.h"
#include "tools/user_path.h"

namespace trivet::lab {

std::vector<tools::Option> CpuOptions::Table() {
  return {{"--cpu", "NAME", "a profile of the simulator, or a file with one", &cpu},
          {"--el3", "", "the CPU has EL3", &el3}};
}

sim::Profile CpuOptions::Chosen() const {
  if (cpu.empty()) throw sim::Violation("--cpu=NAME is missing");
  const bool is_file = cpu.find_first_of("./") != std::string::npos;
  const std::string path = is_file ? tools::UserPath(cpu) : "";
  const sim::Profile profile =
      is_file ? sim::ParseProfile(ReadFile(path), path) : sim::ProfileNamed(cpu);
  return el3 ? profile.WithEl3() : profile;
}

Words Operands(const tools::Command& command, const Words& words, std::size_t fewest,
               std::size_t most) {
  const auto rest = tools::Parse(command, words);
  if (!rest) throw sim::Violation(rest.error());
  if (rest->help) {
    Print(tools::Help(command));
    throw HelpPrinted();
  }
  const std::size_t count = rest->operands.size();
  if (count < fewest || count > most) throw sim::Violation("usage: " + command.usage);
  return rest->operands;
}

Words Files(const tools::Command& command, const Words& words, std::size_t fewest,
            std::size_t most) {
  Words files = Operands(command, words, fewest, most);
  for (std::string& file : files) file = tools::UserPath(file);
  return files;
}

void Print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

}  // namespace trivet::lab
