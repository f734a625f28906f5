// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab SUBCOMMAND ...: compares the simulator, QEMU and boards with independent results.

#include <cstdio>
#include <format>
#include <string>

#include "lab/board/board.h"
#include "lab/checks.h"
#include "lab/subcommand.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

struct Subcommand {
  std::string_view name;
  std::string_view summary;
  int (*run)(const Words& words);
};

constexpr Subcommand kSubcommands[] = {
    {"replay", "replays traces of single instructions on a simulated CPU", &Replay},
    {"scenarios", "runs scenarios of exception delivery on many simulated CPUs", &RunScenarios},
    {"masks", "prints what each bit of each register does on a simulated CPU", &PrintMasks},
    {"check-masks", "compares the registers with what QEMU allows and stores", &CheckMasks},
    {"facts", "compares the register descriptions with tables of facts", &CheckFacts},
    {"mutants", "counts the mistakes in the simulator that files detect", &CheckMutants},
    {"board", "compares a CPU, on a board or in QEMU, with the simulator", &board::Board},
    {"check", "runs all checks on a folder of independent results", &Check},
};

std::string Overview() {
  std::string text = "usage: lab SUBCOMMAND ...; lab SUBCOMMAND --help lists its options\n";
  for (const Subcommand& subcommand : kSubcommands) {
    text += std::format("  {:12} {}\n", subcommand.name, subcommand.summary);
  }
  return text;
}

int Run(const Subcommand& subcommand, const Words& words) {
  try {
    return subcommand.run(words);
  } catch (const HelpPrinted&) {
    return kAgreed;
  } catch (const sim::Violation& violation) {
    std::fflush(stdout);
    return tools::Misused(std::format("lab {}", subcommand.name), violation.what());
  }
}

int Main(const Words& words) {
  if (words.empty() || words[0] == "--help") {
    Print(Overview());
    return words.empty() ? kMisused : kAgreed;
  }
  for (const Subcommand& subcommand : kSubcommands) {
    if (subcommand.name == words[0]) return Run(subcommand, {words.begin() + 1, words.end()});
  }
  return tools::Misused("lab", "no subcommand '" + words[0] + "'; --help lists them");
}

}  // namespace
}  // namespace trivet::lab

int main(int argc, char** argv) { return trivet::lab::Main({argv + 1, argv + argc}); }
