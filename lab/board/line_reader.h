// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

/// Reads the lines that LineWriter of words.h makes.
namespace trivet::lab::board {

using Words = std::vector<std::string_view>;

/// What is between the spaces.
Words Split(std::string_view line);

/// A hexadecimal number, nothing else.
std::optional<std::uint64_t> Number(std::string_view word);

/// The words of a line before its sum. Nothing: the line is damaged.
std::optional<Words> CheckedWords(std::string_view line);

/// The numbers behind the first `skipped` words. Empty: one of them is none, or there are not
/// exactly `count`.
std::vector<std::uint64_t> Numbers(const Words& words, std::size_t skipped, std::size_t count);

/// Takes lines off a console's text, without their ends.
class ConsoleLines {
 public:
  explicit ConsoleLines(std::string_view console) : rest_(console) {}

  /// False when there is none left.
  bool Next(std::string_view& line);
  /// Of the line that Next() gave, from 1.
  unsigned number() const { return number_; }

 private:
  std::string_view rest_;
  unsigned number_ = 0;
};

}  // namespace trivet::lab::board
