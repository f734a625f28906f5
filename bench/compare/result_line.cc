// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/result_line.h"

#include <algorithm>
#include <cstdlib>
#include <format>
#include <map>
#include <utility>

#include "freestanding/benchmark/checksum.h"
#include "tools/json/json_value.h"

namespace trivet::bench {
namespace {

/// A flat JSON object: strings and numbers by name, nothing nested.
class Object {
 public:
  static std::expected<Object, std::string> Parse(std::string_view text);

  std::string String(const std::string& name) const {
    const auto found = strings_.find(name);
    return found == strings_.end() ? "" : found->second;
  }
  /// Removes the number of that name, and returns it.
  std::optional<double> Take(std::string_view name) {
    const auto found = numbers_.find(name);
    if (found == numbers_.end()) return std::nullopt;
    return numbers_.extract(found).mapped();
  }
  /// The numbers that were not taken.
  std::map<std::string, double, std::less<>> numbers() && { return std::move(numbers_); }

 private:
  std::map<std::string, std::string> strings_;
  std::map<std::string, double, std::less<>> numbers_;
};

std::expected<Object, std::string> Object::Parse(std::string_view text) {
  using Kind = json::JsonValue::Kind;
  json::JsonValue value;
  std::string error;
  if (!json::JsonValue::Parse(text, value, error)) return std::unexpected(error);
  if (value.kind() != Kind::kObject) return std::unexpected("no object");
  Object object;
  for (const auto& [name, member] : value.members()) {
    if (object.strings_.contains(name) || object.numbers_.contains(name)) {
      return std::unexpected('"' + name + "\" appears twice");
    }
    if (member.kind() == Kind::kString) {
      object.strings_[name] = member.text();
    } else if (member.kind() == Kind::kNumber) {
      object.numbers_[name] = std::strtod(member.text().c_str(), nullptr);
    } else {
      return std::unexpected('"' + name + "\" is neither a string nor a number");
    }
  }
  return object;
}

/// Adds one result; the error names what is missing.
std::expected<void, std::string> AddResult(Object object, TargetOutput& output) {
  Result result = {.name = object.String("name"),
                   .instructions = object.Take("instructions"),
                   .time_ns = object.Take("time_ns"),
                   .numbers = {},
                   .label = object.String("label"),
                   .error = object.String("error"),
                   .skipped = object.String("skipped")};
  result.numbers = std::move(object).numbers();
  if (result.name.empty()) return std::unexpected("neither a name nor a context");
  const bool has_figures = result.instructions.has_value() || result.time_ns.has_value();
  if (!has_figures && result.error.empty() && result.skipped.empty()) {
    return std::unexpected("\"" + result.name + "\" has no figures");
  }
  for (const Result& other : output.results) {
    if (other.name == result.name)
      return std::unexpected("\"" + result.name + "\" was reported before");
  }
  output.results.push_back(std::move(result));
  return {};
}

std::expected<void, std::string> Add(Object object, TargetOutput& output) {
  if (output.ended) return std::unexpected("it follows the last one");
  if (const auto count = object.Take("end")) {
    output.ended = true;
    const auto found = output.results.size();
    if (*count == static_cast<double>(found)) return {};
    return std::unexpected(std::format("{} results were printed, {} arrived", *count, found));
  }
  if (object.String("context").empty()) return AddResult(std::move(object), output);
  output.no_instructions = object.String("no_instructions");
  output.no_cycles = object.String("no_cycles");
  return {};
}

/// The object of a line, from behind its prefix, when the line is whole.
std::expected<std::string_view, std::string> StripChecksum(std::string_view line) {
  const std::size_t size = Checksum("").view().size();
  const std::size_t end = line.size() - std::min(line.size(), size);
  const std::string_view object = line.substr(0, end);
  if (line.substr(end) == Checksum(object).view()) return object;
  return std::unexpected("damaged, its checksum is wrong: cut, or mixed with another CPU's text");
}

/// Takes the first line off `text`, without its line end.
std::string_view TakeLine(std::string_view& text) {
  const std::size_t end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == text.npos ? text.size() : end + 1);
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

}  // namespace

std::optional<double> Result::Number(std::string_view figure) const {
  if (figure == "instructions") return instructions;
  if (figure == "time_ns") return time_ns;
  const auto found = numbers.find(figure);
  return found == numbers.end() ? std::nullopt : std::optional(found->second);
}

std::expected<TargetOutput, std::string> ParseTargetOutput(std::string_view text) {
  TargetOutput output;
  for (int number = 1; !text.empty(); ++number) {
    const std::string_view line = TakeLine(text);
    // Another CPU's text without a line end may stand before it.
    const std::size_t at = line.find(kResultPrefix);
    if (at == line.npos) continue;
    const auto checked = StripChecksum(line.substr(at + kResultPrefix.size()));
    if (!checked) return std::unexpected(std::format("line {} is {}", number, checked.error()));
    auto object = Object::Parse(*checked);
    const auto added = object ? Add(std::move(*object), output) : std::unexpected(object.error());
    if (!added) {
      return std::unexpected(std::format("line {} is not a result: {}", number, added.error()));
    }
  }
  return output;
}

}  // namespace trivet::bench
