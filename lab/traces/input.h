// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <string_view>

/// Input files, plain or in gzip format, and their lines.
namespace trivet::lab {

/// The whole file as it is. Throws sim::Violation, with the path, when it cannot be read or is
/// empty.
std::string ReadFile(const std::string& path);

/// The file's text, decompressed if it is in gzip format. Also throws sim::Violation when it is
/// damaged.
std::string ReadInput(const std::string& path);

/// Takes lines off a text, without their ends, and counts them from 1.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  /// False when there is none left.
  bool Next(std::string_view& line) {
    if (rest_.empty()) return false;
    ++number_;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view() : rest_.substr(end + 1);
    return true;
  }
  /// Of the line that Next() returned.
  unsigned number() const { return number_; }

 private:
  std::string_view rest_;
  unsigned number_ = 0;
};

}  // namespace trivet::lab
