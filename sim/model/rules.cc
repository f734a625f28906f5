// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/model/rules.h"

#include <algorithm>
#include <format>
#include <map>
#include <string_view>

#include "hal/register_info.h"
#include "sim/model/model.h"
#include "sim/pe/violation.h"

namespace trivet::sim {
namespace {

using hal::FieldInfo;
using hal::RegisterInfo;

struct Line {
  std::string_view names;
  Direction direction;
  unsigned from;
  HostState host_state;
  std::string_view control;
  Condition condition;
  std::uint64_t value;
  Target target;
  hal::ExceptionClass ec;
};

constexpr unsigned kEl0 = 1 << 0, kEl1 = 1 << 1, kEl2 = 1 << 2;
using enum Direction;
using enum HostState;
using enum Condition;
using enum Target;
using hal::ExceptionClass;

constexpr Line kLines[] = {
#define TRAP(names, direction, from, host_state, control, condition, value, target, ec) \
  {names, direction, from, host_state, control, condition, value, target, ExceptionClass::ec},
#include "sim/model/rules.def"
#undef TRAP
};

/// A field of the fine-grained traps, of up to two registers.
struct FineLine {
  std::string_view read_control, write_control, field, names;
  unsigned from;
  ExceptionClass ec;
};

constexpr FineLine kFineLines[] = {
#define FINE(read, write, field, names) \
  {read, write, field, names, kEl1 | kEl0, ExceptionClass::kSystem},
#define SYSTEM(field, names) FINE("HFGRTR_EL2", "HFGWTR_EL2", field, names)
#define DEBUG(field, names) FINE("HDFGRTR_EL2", "HDFGWTR_EL2", field, names)
#define INSTRUCTION(field, names) FINE("", "HFGITR_EL2", field, names)
#define INSTRUCTION_WITH_CLASS(field, name, from, ec) \
  {"", "HFGITR_EL2", field, name, from, ExceptionClass::ec},
#define UNDESCRIBED(...)
#include "sim/model/fine_grained.def"
#undef INSTRUCTION_WITH_CLASS
#undef INSTRUCTION
#undef DEBUG
#undef SYSTEM
#undef FINE
#undef UNDESCRIBED
};

struct UndescribedLine {
  std::string_view read_control, write_control, fields;
};

constexpr UndescribedLine kUndescribed[] = {
#define SYSTEM(...)
#define DEBUG(...)
#define INSTRUCTION(...)
#define INSTRUCTION_WITH_CLASS(...)
#define UNDESCRIBED(read, write, fields) {read, write, fields},
#include "sim/model/fine_grained.def"
#undef SYSTEM
#undef DEBUG
#undef INSTRUCTION
#undef INSTRUCTION_WITH_CLASS
#undef UNDESCRIBED
};

/// "NAME", "PREFIX*" or "PREFIX*SUFFIX".
bool Matches(std::string_view pattern, std::string_view name) {
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  const std::string_view prefix = pattern.substr(0, star), suffix = pattern.substr(star + 1);
  return name.size() >= prefix.size() + suffix.size() && name.starts_with(prefix) &&
         name.ends_with(suffix);
}

/// Removes and returns what stands before `separator`.
std::string_view Next(std::string_view& rest, char separator) {
  const std::size_t end = rest.find(separator);
  const std::string_view word = rest.substr(0, end);
  rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
  return word;
}

bool NeedsE2hLayout(HostState host_state) {
  return host_state == kHost || host_state == kE2hSet || host_state == kE2hGuest;
}

Rule Compile(const Line& line) {
  std::string_view fields = line.control;
  hal::RegisterId control = FindRegister(Next(fields, '.'));
  if (control == hal::RegisterId::kCount) {
    throw Violation(std::format("rules: no register for {}", line.control));
  }
  if (NeedsE2hLayout(line.host_state)) control = E2hLayoutOf(control);
  const RegisterInfo& info = hal::InfoOf(control);
  Rule rule = {.control = info.storage,
               .layout = info.id,
               .mask = 0,
               .value = 0,
               .condition = line.condition,
               .direction = line.direction,
               .from = static_cast<std::uint8_t>(line.from),
               .host_state = line.host_state,
               .target = line.target,
               .ec = line.ec};
  while (!fields.empty()) {
    const FieldInfo& field = FieldNamed(info, Next(fields, '|'));
    rule.mask |= field.mask();
    rule.value |= line.value << field.lo;
  }
  return rule;
}

bool NamesIt(std::string_view names, std::string_view name) {
  while (!names.empty()) {
    if (Matches(Next(names, ' '), name)) return true;
  }
  return false;
}

using Rules = std::vector<std::vector<Rule>>;

/// Adds the rule to each name that the line has; false when there is none.
bool AddTo(Rules& rules, std::string_view names, const Rule& rule) {
  bool used = false;
  for (unsigned i = 0; i < AccessCount(); ++i) {
    const AccessId id = i < hal::kRegisterCount ? AccessId(static_cast<hal::RegisterId>(i))
                                                : AccessId::Operation(i - hal::kRegisterCount - 1);
    if (i == hal::kRegisterCount || !NamesIt(names, AccessInfoOf(id).name)) continue;
    rules[i].push_back(rule);
    used = true;
  }
  return used;
}

/// The trap of one direction by one of the line's registers, unless that lacks the field.
void AddFine(Rules& rules, const FineLine& line, std::string_view control, Direction direction) {
  if (control.empty()) return;
  if (FindField(hal::InfoOf(FindRegister(control)), line.field) == nullptr) return;
  const std::string name = std::format("{}.{}", control, line.field);
  const bool traps_when_zero = line.field[0] == 'n';
  Rule rule = Compile({.names = line.names,
                       .direction = direction,
                       .from = line.from,
                       .host_state = kGuest,
                       .control = name,
                       .condition = kIs,
                       .value = traps_when_zero ? 0u : 1u,
                       .target = kToEl2,
                       .ec = line.ec});
  rule.aarch64_only = true;
  if (!AddTo(rules, line.names, rule))
    throw Violation(std::format("rules: nothing is called {}", line.names));
}

const Rules& FineGrained() {
  static const Rules rules = [] {
    Rules fine(AccessCount());
    for (const FineLine& line : kFineLines) {
      AddFine(fine, line, line.read_control, kRead);
      AddFine(fine, line, line.write_control, kWrite);
    }
    return fine;
  }();
  return rules;
}

/// How often fine_grained.def mentions a field of one register.
using Mentions = std::map<std::string_view, std::map<std::string_view, unsigned>>;

void Mention(Mentions& mentions, std::string_view control, std::string_view fields) {
  if (control.empty()) return;
  const RegisterInfo& info = hal::InfoOf(FindRegister(control));
  for (const FieldInfo& field : info.fields) {
    if (field.kind != hal::BitKind::kField) continue;
    mentions[info.name][field.name] += fields == "*" || NamesIt(fields, field.name) ? 1 : 0;
  }
}

}  // namespace

std::string FineGrainedGaps() {
  Mentions mentions;
  for (const FineLine& line : kFineLines) {
    Mention(mentions, line.read_control, line.field);
    Mention(mentions, line.write_control, line.field);
  }
  for (const UndescribedLine& line : kUndescribed) {
    Mention(mentions, line.read_control, line.fields);
    Mention(mentions, line.write_control, line.fields);
  }
  std::string gaps;
  for (const auto& [control, fields] : mentions) {
    for (const auto& [field, count] : fields) {
      if (count != 1) gaps += std::format("{}.{}: {} lines\n", control, field, count);
    }
  }
  return gaps;
}

unsigned RuleLines() { return std::size(kLines); }

std::string RuleText(unsigned line) {
  return std::format("{} by {}", kLines[line].names, kLines[line].control);
}

std::vector<std::vector<Rule>> CompileRules(const RuleEdit& edit) {
  std::vector<std::vector<Rule>> rules(AccessCount());
  for (unsigned number = 0; number < RuleLines(); ++number) {
    const Line& line = kLines[number];
    Rule rule = Compile(line);
    if (edit) edit(number, rule);
    if (!AddTo(rules, line.names, rule))
      throw Violation(std::format("rules: nothing is called {}", line.names));
  }
  for (unsigned i = 0; i < rules.size(); ++i) {
    std::ranges::copy(FineGrained()[i], std::back_inserter(rules[i]));
  }
  return rules;
}

}  // namespace trivet::sim
