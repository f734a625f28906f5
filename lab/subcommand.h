// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "sim/profiles/profile.h"
#include "tools/options/options.h"

/// What the subcommands of //lab have in common.
namespace trivet::lab {

using tools::Words;

/// Exit statuses.
inline constexpr int kAgreed = 0;     ///< Everything checked agrees.
inline constexpr int kDisagreed = 1;  ///< Something does not.
inline constexpr int kMisused = 2;    ///< Wrong arguments, or input that cannot be read.

/// The options --cpu and --el3.
struct CpuOptions {
  std::string cpu;
  bool el3 = false;

  /// Their table. It refers to this object.
  std::vector<tools::Option> Table();
  /// A cpu with "." or "/" in it is a file, see profile_file.h. Throws sim::Violation when there is
  /// no such profile.
  sim::Profile Chosen() const;
};

/// Thrown by Operands() after it printed the help: the subcommand ends with status 0.
struct HelpPrinted {};

/// Parses `words` and returns the operands. Throws sim::Violation for a wrong command line, also
/// when there are not `fewest` to `most` operands.
Words Operands(const tools::Command& command, const Words& words, std::size_t fewest,
               std::size_t most = std::numeric_limits<std::size_t>::max());

/// The same for operands that are files: resolved against BUILD_WORKING_DIRECTORY.
Words Files(const tools::Command& command, const Words& words, std::size_t fewest,
            std::size_t most = std::numeric_limits<std::size_t>::max());

void Print(std::string_view text);

}  // namespace trivet::lab
