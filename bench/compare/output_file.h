// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace trivet::bench {

/// A file for results that take a while: it is opened before the work, so that a bad path is known
/// at once, and keeps what it had until there is something to write.
class OutputFile {
 public:
  /// The error is one line for the user.
  static std::expected<OutputFile, std::string> Open(const std::string& path);

  OutputFile(OutputFile&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)),
        remove_(std::exchange(other.remove_, false)) {}
  OutputFile& operator=(OutputFile&&) = delete;
  /// Removes a file that is new and that nothing was written to.
  ~OutputFile();

  /// Replaces what the file had. The error is one line for the user.
  std::expected<void, std::string> Replace(std::string_view text);

 private:
  OutputFile(std::string path, int descriptor, bool remove)
      : path_(std::move(path)), descriptor_(descriptor), remove_(remove) {}

  std::string path_;
  int descriptor_;
  bool remove_;
};

}  // namespace trivet::bench
