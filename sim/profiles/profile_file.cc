// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/profiles/profile_file.h"

#include <charconv>
#include <format>
#include <vector>

#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

/// WORD("text", number, ...) of a line.
struct Entry {
  std::string_view word, text;
  std::vector<std::uint64_t> numbers;
};

std::string_view Trim(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r";
  const std::size_t begin = text.find_first_not_of(kBlank);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlank) - begin + 1);
}

bool ParseNumber(std::string_view text, std::uint64_t& number) {
  const int base = text.starts_with("0x") ? 16 : 10;
  if (base == 16) text.remove_prefix(2);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number, base);
  return error == std::errc() && end == text.data() + text.size();
}

bool ParseEntry(std::string_view line, Entry& entry) {
  const std::size_t open = line.find('(');
  if (open == std::string_view::npos || !line.ends_with(')')) return false;
  entry.word = line.substr(0, open);
  std::string_view rest = line.substr(open + 1, line.size() - open - 2);
  for (bool first = true; !rest.empty(); first = false) {
    const std::size_t comma = rest.find(',');
    const std::string_view part = Trim(rest.substr(0, comma));
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
    const bool quoted = part.size() >= 2 && part.starts_with('"') && part.ends_with('"');
    if (first != quoted) return false;
    if (quoted) {
      entry.text = part.substr(1, part.size() - 2);
    } else if (!ParseNumber(part, entry.numbers.emplace_back())) {
      return false;
    }
  }
  return true;
}

class ProfileReader {
 public:
  /// Empty, or what is wrong with the line.
  std::string Line(std::string_view line) {
    line = Trim(line);
    if (line.empty() || line.starts_with("//")) return {};
    Entry entry;
    if (!ParseEntry(line, entry)) return "is not a line of a profile";
    const std::size_t numbers = entry.numbers.size();
    if (entry.word == "CPU" && !entry.text.empty() && numbers == 0) return Begin(entry);
    if (!open_) return "stands outside of CPU and END_CPU";
    if (entry.word == "END_CPU" && numbers == 0) return End();
    if (entry.word == "EL3" && numbers == 0) return profile_.has_el3 = true, "";
    if (entry.word == "ID" && numbers == 1) return Id(entry);
    if (entry.word == "FIXED" && numbers == 2) return Fixed(entry);
    return "is not a line of a profile";
  }

  bool complete() const { return complete_; }
  const Profile& profile() const { return profile_; }

 private:
  std::string Begin(const Entry& entry) {
    if (open_ || complete_) return "begins a second profile";
    profile_.name = entry.text;
    open_ = true;
    return {};
  }
  std::string End() {
    open_ = false;
    complete_ = true;
    return {};
  }
  std::string Id(const Entry& entry) {
    if (FindRegister(entry.text) == hal::RegisterId::kCount) return "names no register";
    profile_.SetId(entry.text, entry.numbers[0]);
    return {};
  }
  std::string Fixed(const Entry& entry) {
    if (FindRegister(entry.text) == hal::RegisterId::kCount) return "names no register";
    if ((entry.numbers[0] & entry.numbers[1]) != 0) return "fixes a bit at both values";
    profile_.fixed.push_back({std::string(entry.text), entry.numbers[0], entry.numbers[1]});
    return {};
  }

  Profile profile_;
  bool open_ = false, complete_ = false;
};

}  // namespace

Profile ParseProfile(std::string_view text, std::string_view origin) {
  ProfileReader reader;
  for (unsigned number = 1; !text.empty(); ++number) {
    const std::size_t end = text.find('\n');
    const std::string wrong = reader.Line(text.substr(0, end));
    if (!wrong.empty()) throw Violation(std::format("{}:{}: {}", origin, number, wrong));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  if (!reader.complete()) throw Violation(std::format("{}: has no complete profile", origin));
  return reader.profile();
}

std::string FormatProfile(const Profile& profile) {
  std::string text = std::format("CPU(\"{}\")\n", profile.name);
  if (profile.has_el3) text += "  EL3()\n";
  for (const IdValue& id : profile.ids) {
    text += std::format("  ID(\"{}\", {:#x})\n", id.name, id.value);
  }
  const Profile built_in;
  for (const FixedBits& fixed : profile.fixed) {
    bool given = false;
    for (const FixedBits& other : built_in.fixed) given |= other == fixed;
    if (given) continue;
    text += std::format("  FIXED(\"{}\", {:#x}, {:#x})\n", fixed.register_name, fixed.ones,
                        fixed.zeros);
  }
  return text + "END_CPU()\n";
}

}  // namespace trivet::sim
