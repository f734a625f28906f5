#include "tests/mutants/suite.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <vector>

#include "tools/runner/child.h"

namespace trivet::mutants {
namespace {

// An image as it is needs half a second. What hangs is ended by the CPU time it uses, however busy
// the machine is, or waits for an event that does not come.
constexpr int kCpuSeconds = 4, kSeconds = 60;

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

}  // namespace

Suite::Suite(const std::string& words, const std::filesystem::path& folder)
    : name_(std::filesystem::path(Word(words, 0)).stem()),
      image_path_(Word(words, 0)),
      filter_(Word(words, 2)),
      image_(Word(words, 1), image_path_),
      patched_(folder / (name_ + ".img")),
      launcher_(folder / (name_ + ".sh")) {
  WriteLauncher();
}

/// As the image's own, with the patched image and with limits.
void Suite::WriteLauncher() {
  const std::string own = std::filesystem::path(image_path_).replace_extension(".sh");
  std::ifstream file(own);
  std::string text(std::istreambuf_iterator<char>(file), {});
  Replace(text, "\"$r/" + image_path_ + "\"", "'" + patched_ + "'");
  Replace(text, "exec ", "ulimit -t " + std::to_string(kCpuSeconds) + "; exec ");
  const std::size_t limit = text.find("'--timeout' '") + sizeof("'--timeout' '") - 1;
  text.replace(limit, text.find('\'', limit) - limit, std::to_string(kSeconds));
  std::ofstream(launcher_) << text;
}

void Suite::RequirePass() {
  const Function& any = image_.functions()[0];
  if (!Passes(any.address, any.code[0])) throw std::runtime_error(name_ + " fails as it is");
}

bool Suite::Passes(std::uint64_t address, std::uint32_t word) {
  image_.WritePatched(patched_, address, word);
  std::vector<std::string> command = {"/bin/sh", launcher_};
  if (!filter_.empty()) command.push_back("--gtest_filter=" + filter_);
  const runner::ChildEnd end = runner::RunChild(
      command, std::nullopt,
      runner::Terminal{.converse = [](std::string_view) { return std::string(); }});
  if (end.kind == runner::ChildEnd::Kind::kInterrupted) throw std::runtime_error("interrupted");
  return end.kind == runner::ChildEnd::Kind::kExited && end.value == 0;
}

}  // namespace trivet::mutants
