// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/scenarios/scenario.h"

#include <algorithm>
#include <format>
#include <utility>

#include "lab/traces/trace_line.h"
#include "sim/pe/pstate.h"
#include "sim/pe/violation.h"
#include "tools/json/json_value.h"

namespace trivet::lab {
namespace {

using json::JsonValue;

const JsonValue& Member(const JsonValue& value, std::string_view name, std::string_view where) {
  const JsonValue* member = value.Find(name);
  if (member == nullptr) throw sim::Violation(std::format("{}: \"{}\" is missing", where, name));
  return *member;
}

std::uint64_t Number(const JsonValue& value, std::string_view where) {
  const std::string& text = value.text();
  const std::size_t digits = text.starts_with("0x") ? 2 : 0;
  const char* kDigits = digits == 2 ? "0123456789abcdefABCDEF" : "0123456789";
  const bool is_number = text.size() > digits && text.size() <= 18 &&
                         text.find_first_not_of(kDigits, digits) == std::string::npos;
  if (!is_number) throw sim::Violation(std::format("{}: not a number: \"{}\"", where, text));
  return value.number();
}

std::vector<std::string_view> Words(std::string_view text, char separator) {
  std::vector<std::string_view> words;
  while (!text.empty()) {
    const std::size_t end = text.find(separator);
    words.push_back(text.substr(0, end));
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  return words;
}

/// The level in the first words of the name: "el0", "el1h", "el2_..._sp0", "eret" (from EL2),
/// "a32_svc".
std::string LevelOf(const std::vector<std::string_view>& words) {
  const bool sp0 = std::ranges::contains(words, "sp0");
  const std::string_view first = words.front();
  if (first == "eret") return "el2h";
  if (first == "a32" && words.size() > 1 && (words[1] == "svc" || words[1] == "usr")) {
    return std::string(words[1]);
  }
  for (const std::string_view whole : {"el0", "el1h", "el1t", "el2h", "el2t"}) {
    if (first == whole) return std::string(whole);
  }
  if (first == "el1" || first == "el2") return std::string(first) + (sp0 ? "t" : "h");
  return {};
}

void ReadName(Scenario& scenario) {
  const auto words = Words(scenario.name, '_');
  if (!words.empty()) scenario.level = LevelOf(words);
  if (scenario.level.empty()) {
    throw sim::Violation(std::format("scenario \"{}\": the name has no level", scenario.name));
  }
  // Interrupts are delivered unmasked unless the name has "unmasked" or a virtual interrupt; all
  // else runs masked.
  bool open = false;
  for (const std::string_view word : words) {
    scenario.irq |= word == "irq";
    scenario.fiq |= word == "fiq";
    open |= word == "unmasked" || word == "virq" || word == "vfiq" || word == "vserr";
  }
  scenario.daif = open ? 0 : sim::Pstate::kDaif;
}

/// "X el2h tlbi alle1" is spelled "X el2h tlbi_alle1" in traces. Empty for a write whose value is
/// not recorded, such as "W VBAR_EL1": the engine's own preparation.
std::string TraceSpelling(const std::string& line) {
  const auto words = Words(line, ' ');
  if (words.size() == 2 && words[0] == "W") return {};
  const bool system = words.size() > 3 && (words[2] == "tlbi" || words[2] == "dc" ||
                                           words[2] == "ic" || words[2] == "at");
  if (!system) return line;
  std::string spelled = line;
  spelled[static_cast<std::size_t>(words[3].data() - line.data()) - 1] = '_';
  return spelled;
}

Scenario ReadScenario(const JsonValue& value) {
  Scenario scenario;
  scenario.name = Member(value, "name", "a scenario").text();
  const std::string where = "scenario \"" + scenario.name + "\"";
  for (const auto& [unused, line] : Member(value, "setup", where).members()) {
    std::string spelled = TraceSpelling(line.text()), error;
    if (spelled.empty()) continue;
    TraceLine unused_line;
    if (!ParseTraceLine(spelled, unused_line, error)) {
      throw sim::Violation(std::format("{}: setup \"{}\": {}", where, line.text(), error));
    }
    scenario.setup.push_back(std::move(spelled));
  }
  scenario.word = static_cast<std::uint32_t>(Number(Member(value, "insn", where), where));
  scenario.x1 = Number(Member(value, "x1", where), where);
  ReadName(scenario);
  return scenario;
}

std::optional<std::uint64_t> Optional(const JsonValue& value, std::string_view name,
                                      std::string_view where) {
  const JsonValue* member = value.Find(name);
  if (member == nullptr || member->kind() == JsonValue::Kind::kNull) return std::nullopt;
  return Number(*member, where);
}

EngineResult ReadException(const JsonValue& value, const std::string& where) {
  EngineResult result = {.kind = EngineResult::Kind::kException};
  const std::string& target = Member(value, "target", where).text();
  const bool known =
      target.starts_with("EL") && target.size() > 2 && target[2] >= '1' && target[2] <= '3';
  result.aarch32 = target.ends_with(" (AArch32)");
  if (!known || (!result.aarch32 && target.size() != 3)) {
    throw sim::Violation(std::format("{}: not a target: \"{}\"", where, target));
  }
  result.el = static_cast<unsigned>(target[2] - '0');
  result.vector = Optional(value, "vector", where);
  result.esr = Optional(value, "esr", where);
  result.elr = Optional(value, "elr", where);
  result.spsr = Optional(value, "spsr", where);
  result.far = Optional(value, "far", where);
  result.hpfar = Optional(value, "hpfar", where);
  result.pstate = Optional(value, "pstate_at_vector", where);
  return result;
}

EngineResult ReadResult(const JsonValue& value, const std::string& where) {
  if (value.kind() == JsonValue::Kind::kNull) return {};
  const std::string& outcome = Member(value, "outcome", where).text();
  if (outcome == "completes") return {.kind = EngineResult::Kind::kCompletes};
  if (outcome == "exception") return ReadException(value, where);
  if (outcome == "eret_lands") {
    return {.kind = EngineResult::Kind::kLands,
            .spsr = Optional(value, "spsr_seen_by_next_exception", where)};
  }
  throw sim::Violation(std::format("{}: not an outcome: \"{}\"", where, outcome));
}

}  // namespace

Scenarios ParseScenarios(std::string_view text) {
  JsonValue document;
  std::string error;
  if (!JsonValue::Parse(text, document, error)) throw sim::Violation(error);
  Scenarios scenarios;
  for (const auto& [unused, value] : Member(document, "scenarios", "the document").members()) {
    scenarios.list.push_back(ReadScenario(value));
  }
  for (const auto& [name, results] : Member(document, "results", "the document").members()) {
    for (const auto& [scenario, value] : results.members()) {
      const std::string where = std::format("{}, \"{}\"", name, scenario);
      scenarios.results[name][scenario] = ReadResult(value, where);
    }
  }
  return scenarios;
}

}  // namespace trivet::lab
