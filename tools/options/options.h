// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

/// The command lines of programs that run on the build machine.
namespace trivet::tools {

/// Exit status of a program whose command line is wrong.
inline constexpr int kStatusUsage = 2;

using Words = std::vector<std::string>;

/// Uses a value. The error continues "--name ": "needs a number, not 'x'".
using Setter = std::function<std::expected<void, std::string>(const std::string& value)>;

/// A file, relative to the folder where `bazel run` was started; see user_path.h.
struct Path {
  std::string* path;
};
struct Paths {
  std::vector<std::string>* paths;
};

/// One option. With an empty `value` it has none, and its target is a bool or a Setter; else
/// `value` names the value in --help. `--name=value` and `--name value` are the same.
struct Option {
  std::string name;   ///< "--out"
  std::string value;  ///< "DIR"
  std::string help;   ///< What it does, for --help; "": --help does not list it.
  /// What it sets. A bool becomes true, a vector grows, a number is not negative.
  std::variant<bool*, std::string*, std::vector<std::string>*, int*, Path, Paths, Setter> target;
};

/// A program, or a subcommand.
struct Command {
  std::string usage;  ///< First line of --help: "report --out DIR [OPTION...]".
  std::vector<Option> options;
  /// Words that are neither options nor their values are returned; else they are an error.
  bool takes_operands = false;
  /// The same for words that begin with '-'.
  bool passes_unknown_options = false;
};

/// Of a command line, what Parse() did not use.
struct Rest {
  Words operands;     ///< in their order; behind "--" all words
  bool help = false;  ///< --help was given: print Help() and stop
};

/// Sets the targets of `command` by `words`, which begin after the program's name. The error is one
/// line for the user.
std::expected<Rest, std::string> Parse(const Command& command, std::span<const std::string> words);

/// The text for --help.
std::string Help(const Command& command);

/// A Setter for one of a few words.
template <typename T>
Setter OneOf(T& target, std::vector<std::pair<std::string, T>> words) {
  return [&target,
          words = std::move(words)](const std::string& value) -> std::expected<void, std::string> {
    std::string known;
    for (const auto& [word, meaning] : words) {
      if (value == word) {
        target = meaning;
        return {};
      }
      known += (known.empty() ? "" : " or ") + word;
    }
    return std::unexpected("needs " + known + ", not '" + value + "'");
  };
}

/// Prints "program: why" on standard error. Returns kStatusUsage.
int Misused(std::string_view program, const std::string& why);

}  // namespace trivet::tools
