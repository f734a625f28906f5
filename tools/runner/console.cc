// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/console.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>

namespace trivet::runner {
namespace {

constexpr std::size_t kLongestLine = 256;
constexpr std::size_t kTailLines = 12;

std::string Printable(std::string_view line) {
  std::string text(line);
  std::ranges::replace_if(text, [](char c) { return c < ' ' || c > '~'; }, '.');
  return text;
}

/// [u-boot] `U-Boot 2025.01 (date)`, `U-Boot SPL 2025.01 ...`; TF-A's `NOTICE:  BL31: ...`; UEFI's
/// `UEFI firmware (version ...)`.
bool IsBanner(std::string_view line) {
  return std::ranges::any_of(
      std::to_array<std::string_view>({"U-Boot 2", "U-Boot SPL 2", "U-Boot TPL 2", "NOTICE:  BL1",
                                       "NOTICE:  BL2", "NOTICE:  BL31", "UEFI firmware (version"}),
      [line](std::string_view start) { return line.starts_with(start); });
}

/// [u-boot] `## Application terminated, rc = 0x0`.
std::optional<int> ParseReturned(std::string_view line) {
  constexpr std::string_view kStart = "## Application terminated, rc = 0x";
  if (!line.starts_with(kStart)) return std::nullopt;
  line.remove_prefix(kStart.size());
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value, 16);
  if (error != std::errc() || end != line.data() + line.size()) return std::nullopt;
  return static_cast<int>(value & 0xff);
}

}  // namespace

void Lines::Feed(std::string_view text) {
  for (const char byte : text) {
    if (byte == '\n') {
      listener_(line_);
      line_.clear();
    } else if (byte != '\r' && line_.size() < kLongestLine) {
      line_ += byte;
    }
  }
}

std::optional<int> ParseStatusLine(std::string_view line) {
  if (!line.starts_with(platforms::kStatusLine)) return std::nullopt;
  line.remove_prefix(platforms::kStatusLine.size());
  const bool digits = line.size() <= 3 && line.find_first_not_of("0123456789") == line.npos;
  int status = -1;
  if (digits) std::from_chars(line.data(), line.data() + line.size(), status);
  return status >= 0 && status <= 255 ? std::optional(status) : std::nullopt;
}

Transcript::Transcript(std::string expected)
    : expected_(std::move(expected)), lines_([this](std::string_view line) { Take(line); }) {}

void Transcript::Take(std::string_view line) {
  seen_ = seen_ || (!expected_.empty() && line == expected_);
  if (!status_) status_ = ParseStatusLine(line);
  if (!returned_) returned_ = ParseReturned(line);
  if (banner_.empty() && IsBanner(line)) banner_ = Printable(line);
  if (line.empty()) return;
  last_.push_back(Printable(line));
  if (last_.size() > kTailLines) last_.pop_front();
}

std::string Transcript::Tail() const {
  std::string tail;
  for (const std::string& line : last_) tail += "  | " + line + '\n';
  if (!unfinished().empty()) tail += "  | " + Printable(unfinished()) + '\n';
  return tail;
}

std::string Transcript::LastLine() const { return last_.empty() ? "" : last_.back(); }

}  // namespace trivet::runner
