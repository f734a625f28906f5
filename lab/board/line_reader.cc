// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/line_reader.h"

#include <charconv>

#include "lab/board/words.h"

namespace trivet::lab::board {

Words Split(std::string_view line) {
  Words words;
  while (!line.empty()) {
    const std::size_t end = line.find(' ');
    if (end != 0) words.push_back(line.substr(0, end));
    line.remove_prefix(end == std::string_view::npos ? line.size() : end + 1);
  }
  return words;
}

std::optional<std::uint64_t> Number(std::string_view word) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value, 16);
  if (error != std::errc() || end != word.data() + word.size()) return std::nullopt;
  return value;
}

std::optional<Words> CheckedWords(std::string_view line) {
  const std::size_t sum_at = line.rfind(" = ");
  if (sum_at == std::string_view::npos) return std::nullopt;
  if (Number(line.substr(sum_at + 3)) != SumOf(line.substr(0, sum_at))) return std::nullopt;
  return Split(line.substr(0, sum_at));
}

std::vector<std::uint64_t> Numbers(const Words& words, std::size_t skipped, std::size_t count) {
  std::vector<std::uint64_t> numbers;
  if (words.size() != skipped + count) return {};
  for (std::size_t i = skipped; i < words.size(); ++i) {
    const auto number = Number(words[i]);
    if (!number) return {};
    numbers.push_back(*number);
  }
  return numbers;
}

bool ConsoleLines::Next(std::string_view& line) {
  if (rest_.empty()) return false;
  ++number_;
  const std::size_t end = rest_.find('\n');
  line = rest_.substr(0, end);
  rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
  while (line.ends_with('\r')) line.remove_suffix(1);
  return true;
}

}  // namespace trivet::lab::board
