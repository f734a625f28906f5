#pragma once

#include <string>
#include <string_view>

/// Input of the replaying tools: files, plain or in gzip format, by lines.
namespace trivet::sim {

/// The file's text, unpacked. Throws Violation, with the path, when the file cannot be read, is
/// damaged or is empty.
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

}  // namespace trivet::sim
