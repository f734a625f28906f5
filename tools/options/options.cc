// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/options/options.h"

#include <algorithm>
#include <charconv>
#include <cstdio>

#include "tools/user_path.h"

namespace trivet::tools {
namespace {

using Done = std::expected<void, std::string>;

/// Sets the target of an option; one overload for each kind.
struct Assign {
  const std::string& value;

  Done operator()(bool* target) const { return (*target = true), Done(); }
  Done operator()(std::string* target) const { return (*target = value), Done(); }
  Done operator()(std::vector<std::string>* target) const {
    return target->push_back(value), Done();
  }
  Done operator()(int* target) const {
    const char* const end = value.data() + value.size();
    const auto [stop, error] = std::from_chars(value.data(), end, *target);
    if (error == std::errc() && stop == end && *target >= 0) return {};
    return std::unexpected("needs a number, not '" + value + "'");
  }
  Done operator()(Path target) const { return (*target.path = UserPath(value)), Done(); }
  Done operator()(Paths target) const { return target.paths->push_back(UserPath(value)), Done(); }
  Done operator()(const Setter& setter) const { return setter(value); }
};

/// Uses the option at the front of `words`, with its value, and removes both.
Done Take(const Option& option, std::span<const std::string>& words) {
  const std::string& word = words.front();
  const bool has_value = word.size() > option.name.size();
  std::string value = has_value ? word.substr(option.name.size() + 1) : "";
  words = words.subspan(1);
  if (option.value.empty()) {
    if (has_value) return std::unexpected(option.name + " has no value");
  } else if (!has_value) {
    if (words.empty()) {
      return std::unexpected(option.name + " needs a value: " + option.name + "=" + option.value);
    }
    value = words.front();
    words = words.subspan(1);
  }
  return std::visit(Assign{value}, option.target).transform_error([&](const std::string& why) {
    return option.name + " " + why;
  });
}

}  // namespace

std::expected<Rest, std::string> Parse(const Command& command, std::span<const std::string> words) {
  Rest rest;
  while (!words.empty()) {
    const std::string& word = words.front();
    if (word == "--" || word == "--help") words = words.subspan(1);
    if (word == "--help") {
      rest.help = true;
      continue;
    }
    if (word == "--") {
      rest.operands.insert(rest.operands.end(), words.begin(), words.end());
      break;
    }
    const auto option =
        std::ranges::find(command.options, word.substr(0, word.find('=')), &Option::name);
    if (option != command.options.end()) {
      if (const Done done = Take(*option, words); !done) return std::unexpected(done.error());
      continue;
    }
    const bool is_option = word.starts_with('-');
    if (!(is_option ? command.passes_unknown_options : command.takes_operands)) {
      return std::unexpected((is_option ? "unknown option '" : "unexpected argument '") + word +
                             "'; --help lists the options");
    }
    rest.operands.push_back(word);
    words = words.subspan(1);
  }
  if (!rest.operands.empty() && !command.takes_operands && !command.passes_unknown_options) {
    return std::unexpected("unexpected argument '" + rest.operands.front() + "'");
  }
  return rest;
}

std::string Help(const Command& command) {
  std::size_t width = 0;
  const auto left = [](const Option& option) {
    return option.name + (option.value.empty() ? "" : "=" + option.value);
  };
  for (const Option& option : command.options) {
    if (!option.help.empty()) width = std::max(width, left(option).size());
  }
  std::string text = "usage: " + command.usage + '\n';
  for (const Option& option : command.options) {
    if (option.help.empty()) continue;
    const std::string name = left(option);
    text += "  " + name + std::string(width - name.size() + 2, ' ') + option.help + '\n';
  }
  return text;
}

int Misused(std::string_view program, const std::string& why) {
  std::fprintf(stderr, "%.*s: %s\n", static_cast<int>(program.size()), program.data(), why.c_str());
  return kStatusUsage;
}

}  // namespace trivet::tools
