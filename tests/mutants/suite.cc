// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/mutants/suite.h"

#include <fstream>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <string>
#include <unordered_set>
#include <vector>

#include "tools/runner/child.h"

namespace trivet::mutants {
namespace {

// An image as it is needs half a second. What hangs is ended by the CPU time it uses, however busy
// the machine is, or waits for an event that does not come.
constexpr int kCpuSeconds = 3, kSeconds = 20;

/// The word of "a,b,c" with number `n`; empty when there is none.
std::string Word(const std::string& words, unsigned n) {
  std::size_t begin = 0;
  for (; n > 0; --n) {
    begin = words.find(',', begin);
    if (begin == std::string::npos) return {};
    ++begin;
  }
  return words.substr(begin, words.find(',', begin) - begin);
}

void Replace(std::string& text, const std::string& from, const std::string& to) {
  const std::size_t place = text.find(from);
  if (place == std::string::npos) throw std::runtime_error("the launcher lacks " + from);
  text.replace(place, from.size(), to);
}

/// The linked addresses in QEMU's log of what it translated, each block when it is first reached:
/// "0x40200004:  1401626b  b ...". The image is where its first word is.
std::unordered_set<std::uint64_t> AddressesIn(const std::filesystem::path& log,
                                              const Image& image) {
  std::unordered_set<std::uint64_t> addresses;
  std::optional<std::uint64_t> loaded;
  std::ifstream file(log);
  for (std::string line; std::getline(file, line);) {
    if (!line.starts_with("0x")) continue;
    std::size_t end = 0;
    const std::uint64_t address = std::stoull(line, &end, 16);
    if (!loaded && std::stoull(line.substr(end + 1), nullptr, 16) == image.first_word())
      loaded = address;
    if (loaded) addresses.insert(address - *loaded + image.base());
  }
  return addresses;
}

}  // namespace

Suite::Suite(const std::string& words, const std::filesystem::path& folder)
    : name_(std::filesystem::path(Word(words, 0)).stem()),
      image_path_(std::filesystem::path(Word(words, 0)).replace_extension(".img")),
      filter_(Word(words, 2)),
      twice_(Word(words, 3) == "twice"),
      image_(Word(words, 1), image_path_),
      patched_(folder / (name_ + ".img")),
      launcher_(folder / (name_ + ".sh")),
      tracing_launcher_(folder / (name_ + "_trace.sh")),
      trace_(folder / (name_ + ".log")) {
  WriteLauncher();
}

/// As the image's own, with the patched image and with limits; and one that traces.
void Suite::WriteLauncher() {
  const std::string own = std::filesystem::path(image_path_).replace_extension(".sh");
  std::ifstream file(own);
  std::string text(std::istreambuf_iterator<char>(file), {});
  Replace(text, "\"$r/" + image_path_ + "\"", "'" + patched_.string() + "'");
  // Its folder of data is this program's current one, from bazel test and bazel run.
  Replace(text, "\nexec ", "\nr='" + std::filesystem::current_path().string() + "'\nexec ");
  Replace(text, "exec ", "ulimit -t " + std::to_string(kCpuSeconds) + "; exec ");
  const std::size_t limit = text.find("'--timeout' '") + sizeof("'--timeout' '") - 1;
  text.replace(limit, text.find('\'', limit) - limit, std::to_string(kSeconds));
  std::ofstream(launcher_) << text;
  Replace(text, " --image ",
          " --boot -d --boot in_asm --boot -D --boot '" + trace_.string() + "' --image ");
  std::ofstream(tracing_launcher_) << text;
}

void Suite::RequirePass() {
  const Function& any = image_.functions()[0];
  image_.WritePatched(patched_, any.address, any.code[0]);
  if (!Passes(tracing_launcher_)) throw std::runtime_error(name_ + " fails as it is");
  reached_ = AddressesIn(trace_, image_);
  if (reached_.empty()) throw std::runtime_error(name_ + ": the image is not in QEMU's log");
  std::filesystem::remove(trace_);
}

bool Suite::Notices(std::uint64_t address, std::uint32_t word) {
  image_.WritePatched(patched_, address, word);
  return !Passes(launcher_) && (!twice_ || !Passes(launcher_));
}

bool Suite::Passes(const std::filesystem::path& launcher) {
  std::vector<std::string> command = {"/bin/sh", launcher};
  if (!filter_.empty()) command.push_back("--gtest_filter=" + filter_);
  const runner::ChildEnd end = runner::RunChild(
      command, std::nullopt,
      runner::Terminal{.converse = [](std::string_view) { return std::string(); }});
  if (end.kind == runner::ChildEnd::Kind::kInterrupted) throw std::runtime_error("interrupted");
  return end.kind == runner::ChildEnd::Kind::kExited && end.value == 0;
}

}  // namespace trivet::mutants
