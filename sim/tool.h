#pragma once

#include <functional>
#include <initializer_list>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profiles/profile.h"

/// What the command-line tools of the simulator have in common.
namespace trivet::sim {

/// Statuses of the tools.
inline constexpr int kAgreed = 0;     ///< Everything checked agrees.
inline constexpr int kDisagreed = 1;  ///< Something does not.
inline constexpr int kMisused = 2;    ///< Wrong arguments, or input that cannot be read.

/// A command line of "--cpu NAME", "--el3", other switches and files.
struct Options {
  std::string cpu;
  bool el3 = false;
  std::set<std::string, std::less<>> switches;  ///< Of those the tool knows, the ones given.
  std::vector<std::string> files;

  bool Has(std::string_view name) const { return switches.contains(name); }
  /// The profile that cpu and el3 name; a cpu with "." or "/" in it is a file, see profile_file.h.
  /// Throws Violation when there is none.
  Profile ChosenProfile() const;
};

/// Reads a command line. `known`: switches beside --cpu and --el3. A word that starts with "-" and
/// is none of these is a Violation. File names are relative to where the user stands, also under
/// `bazel run`.
Options ParseOptions(int argc, char** argv, std::initializer_list<std::string_view> known = {});

/// The whole file. Throws Violation, with the path, when it cannot be read or is empty.
std::string ReadFile(const std::string& path);

void Print(std::string_view text);

/// Runs a tool's main function. A Violation is one line on standard error and kMisused.
int RunTool(const char* name, int (*tool)(int argc, char** argv), int argc, char** argv);

}  // namespace trivet::sim
