// SPDX-License-Identifier: Apache-2.0 OR MIT
// image_mutants: patches EL2 images, one instruction of percpu, vcpu or vectors at a time, boots
// each and reports the mistakes that no test of any image notices.

#include <cxxabi.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <format>
#include <iostream>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "tests/mutants/image.h"
#include "tests/mutants/mutations.h"
#include "tests/mutants/suite.h"
#include "tools/options/options.h"
#include "tools/temporary_folder.h"

namespace trivet::mutants {
namespace {

enum class Kind : std::uint8_t { kSurvives, kHidden, kUnreached };

struct Survivor {
  Kind kind;
  std::string_view functions, mistakes, reason;  ///< The first two are regular expressions.
};
constexpr Survivor kSurvivors[] = {
#define SURVIVES(functions, mistakes, reason) {Kind::kSurvives, functions, mistakes, reason},
#define HIDDEN(functions, mistakes, reason) {Kind::kHidden, functions, mistakes, reason},
#define UNREACHED(functions, mistakes, reason) {Kind::kUnreached, functions, mistakes, reason},
#define ABSENT(registers, reason)
#include "tests/mutants/survivors.def"
#undef SURVIVES
#undef HIDDEN
#undef UNREACHED
#undef ABSENT
};

/// Registers of which QEMU's CPUs keep nothing.
constexpr const char* kAbsent[] = {
#define SURVIVES(functions, mistakes, reason)
#define HIDDEN(functions, mistakes, reason)
#define UNREACHED(functions, mistakes, reason)
#define ABSENT(registers, reason) registers,
#include "tests/mutants/survivors.def"
#undef SURVIVES
#undef HIDDEN
#undef UNREACHED
#undef ABSENT
};

bool IsAbsent(const std::string& instruction) {
  return std::ranges::any_of(kAbsent, [&](const char* registers) {
    return std::regex_search(instruction,
                             std::regex(std::string(" (of|for) (") + registers + ")( |$)"));
  });
}

// Of every hundred mutants in instructions that the tests execute, those aside that none can
// notice.
constexpr std::size_t kLeastKilled = 98;
constexpr std::uint32_t kUndefined = 0;  // UDF #0

struct Options {
  std::vector<std::string> suites;
  std::string only = ".", sample = "0/1";
  bool list = false;
};

struct Mutant {
  const Function* function;  ///< Of the first image that has it.
  Mutation mutation;
  std::string name;
};

/// "_ZN6trivet6percpu11PerCpuState5PanicEv" -> "percpu::PerCpuState::Panic".
std::string Readable(const std::string& symbol) {
  int status = 0;
  char* const text = abi::__cxa_demangle(symbol.c_str(), nullptr, nullptr, &status);
  std::string name = status == 0 ? text : symbol;
  std::free(text);
  // Without return types, arguments and template arguments.
  const std::size_t begin = name.find("trivet::");
  if (begin != std::string::npos) name.erase(0, begin + 8);
  if (name.find("(anonymous namespace)::") != std::string::npos)
    name = std::regex_replace(name, std::regex(R"(\(anonymous namespace\)::)"), "");
  return name.substr(0, name.find_first_of("(<"));
}

/// Code of percpu, vcpu and vectors; not what an image's tests instantiate from their templates.
bool IsTried(const std::string& symbol) {
  static const std::regex kCode(
      "_ZNK?6trivet(6percpu|4vcpu|7vectors).*|Trivet.*|"
      "trivet_(vector_table|resume_guest|leave_guest|decline_in_place|crash|park)");
  return std::regex_match(symbol, kCode) && symbol.find("5tests") == std::string::npos &&
         symbol.find("12PlanRecorder") == std::string::npos;  // It accesses no register.
}

bool IsAssembly(const std::string& symbol) { return !symbol.starts_with("_Z"); }

/// In the sample "I/N": each mutant is in one of N, whatever the others are.
bool IsInSample(const std::string& name, unsigned which, unsigned samples) {
  std::uint32_t hash = 2166136261;  // FNV-1a
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619;
  return (hash >> 8) % samples == which;
}

std::vector<Mutant> MutantsOf(const std::vector<Suite>& suites, const Options& options) {
  const std::regex chosen(options.only);
  const std::size_t slash = options.sample.find('/');
  if (slash == std::string::npos) throw std::runtime_error("--sample needs I/N");
  const auto which = static_cast<unsigned>(std::atoi(options.sample.c_str()));
  const auto samples = static_cast<unsigned>(std::atoi(options.sample.c_str() + slash + 1));
  std::vector<Mutant> mutants;
  std::set<std::string> known;
  for (const Suite& suite : suites) {
    for (const Function& function : suite.image().functions()) {
      const std::string name = Readable(function.name);
      if (!IsTried(function.name) || !known.insert(function.name).second) continue;
      for (Mutation& mutation : MutationsOf(function, IsAssembly(function.name))) {
        std::string text = std::format("{}: {}, {}", name, mutation.instruction, mutation.mistake);
        if (IsAbsent(mutation.instruction) || !std::regex_search(text, chosen)) continue;
        if (!IsInSample(text, which, std::max(samples, 1u))) continue;
        mutants.push_back({&function, std::move(mutation), std::move(text)});
      }
    }
  }
  return mutants;
}

/// The mutant's instruction in the image of `suite`, if that has the same function and reaches it.
std::optional<std::uint64_t> PlaceIn(const Suite& suite, const Mutant& mutant) {
  const Function* const own = suite.image().Find(mutant.function->name);
  const std::size_t index = mutant.mutation.index;
  if (own == nullptr || own->code.size() != mutant.function->code.size() ||
      own->code[index] != mutant.function->code[index])
    return std::nullopt;
  const std::uint64_t place = own->address + 4 * index;
  return suite.Reaches(place) ? std::optional(place) : std::nullopt;
}

/// The suite that notices `word` in the mutant's place, or null.
const Suite* Notices(std::vector<Suite>& suites, const Mutant& mutant, std::uint32_t word) {
  for (Suite& suite : suites) {
    const auto place = PlaceIn(suite, mutant);
    if (place && suite.Notices(*place, word)) return &suite;
  }
  return nullptr;
}

const Survivor* ReasonOf(const Mutant& mutant, bool unreached) {
  const std::size_t colon = mutant.name.find(": ");
  const std::string function = mutant.name.substr(0, colon), rest = mutant.name.substr(colon + 2);
  for (const Survivor& survivor : kSurvivors) {
    const auto matches = [](const std::string& text, std::string_view pattern) {
      return std::regex_match(text, std::regex(pattern.begin(), pattern.end()));
    };
    if (survivor.kind == Kind::kUnreached && !unreached) continue;
    if (matches(function, survivor.functions) && matches(rest, survivor.mistakes)) return &survivor;
  }
  return nullptr;
}

/// Instructions, and whether an image notices one that is UNDEFINED.
using Reached = std::map<std::pair<const Function*, std::size_t>, bool>;

struct Tally {
  std::size_t killed = 0, unreached = 0, hidden = 0, unexplained = 0;
  Reached reached;
  std::map<std::string, std::size_t> by_suite;
};

/// A survivor's instruction is unreached if no image notices that it is UNDEFINED instead.
void Survive(std::vector<Suite>& suites, const Mutant& mutant, Tally& tally) {
  const auto [at, is_new] = tally.reached.try_emplace({mutant.function, mutant.mutation.index});
  if (is_new) at->second = Notices(suites, mutant, kUndefined) != nullptr;
  const bool unreached = !at->second;
  const Survivor* const reason = ReasonOf(mutant, unreached);
  tally.unreached += unreached ? 1 : 0;
  tally.unexplained += reason == nullptr ? 1 : 0;
  if (!unreached && reason != nullptr && reason->kind == Kind::kHidden) ++tally.hidden;
  std::cout << std::format("{}: {} [+{:#x}]: {}\n", unreached ? "unreached" : "survives",
                           mutant.name, 4 * mutant.mutation.index,
                           reason == nullptr ? "no reason in survivors.def" : reason->reason)
            << std::flush;
}

int Try(std::vector<Suite>& suites, const std::vector<Mutant>& mutants) {
  Tally tally;
  for (const Mutant& mutant : mutants) {
    const Suite* const noticing = Notices(suites, mutant, mutant.mutation.word);
    if (noticing == nullptr) {
      Survive(suites, mutant, tally);
    } else {
      ++tally.killed;
      ++tally.by_suite[noticing->name()];
    }
  }
  for (const auto& [name, count] : tally.by_suite)
    std::cout << name << " notices " << count << "\n";
  const std::size_t reached = mutants.size() - tally.unreached;
  const std::size_t noticeable = std::max<std::size_t>(reached - tally.hidden, 1);
  std::cout << std::format(
      "mutants={} unreached={} hidden={} killed={} ({:.1f} % of the others) unexplained={}\n",
      mutants.size(), tally.unreached, tally.hidden, tally.killed,
      100.0 * static_cast<double>(tally.killed) / static_cast<double>(noticeable),
      tally.unexplained);
  return tally.killed * 100 >= noticeable * kLeastKilled && tally.unexplained == 0 ? 0 : 1;
}

int Run(const Options& options) {
  const auto folder = tools::TemporaryFolder::Make();
  if (!folder) throw std::runtime_error("no temporary folder");
  std::vector<Suite> suites;
  for (const std::string& words : options.suites) suites.emplace_back(words, folder->path());
  const std::vector<Mutant> mutants = MutantsOf(suites, options);
  if (mutants.empty()) throw std::runtime_error("no mutant is chosen");
  if (options.list) {
    for (const Mutant& mutant : mutants) std::cout << mutant.name << "\n";
    return 0;
  }
  for (Suite& suite : suites) suite.RequirePass();
  return Try(suites, mutants);
}

}  // namespace
}  // namespace trivet::mutants

int main(int argc, char** argv) {
  namespace tools = trivet::tools;
  trivet::mutants::Options options;
  const tools::Command command = {
      .usage = "image_mutants --suite=TEST,ELF[,FILTER[,twice]]... [OPTION...]",
      .options = {{"--suite", "TEST,ELF[,FILTER[,twice]]", "an image, and which of its tests run",
                   &options.suites},
                  {"--only", "REGEX", "only mutants whose name it matches", &options.only},
                  {"--sample", "I/N", "sample I of N, from 0 on", &options.sample},
                  {"--list", "", "prints the mutants, boots nothing", &options.list}}};
  const std::vector<std::string> words(argv + 1, argv + argc);
  const auto rest = tools::Parse(command, words);
  if (!rest) return tools::Misused("image_mutants", rest.error());
  if (rest->help) return std::cout << tools::Help(command), 0;
  try {
    return trivet::mutants::Run(options);
  } catch (const std::exception& error) {
    return tools::Misused("image_mutants", error.what());
  }
}
