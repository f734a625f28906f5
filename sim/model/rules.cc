#include "sim/model/rules.h"

#include <format>
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

const FieldInfo& FieldNamed(const RegisterInfo& info, std::string_view name) {
  for (const FieldInfo& field : info.fields) {
    if (field.name == name) return field;
  }
  throw Violation(std::format("rules: {} has no field {}", info.name, name));
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

}  // namespace

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
    bool used = false;
    for (unsigned i = 0; i < AccessCount(); ++i) {
      const AccessId id = i < hal::kRegisterCount
                              ? AccessId(static_cast<hal::RegisterId>(i))
                              : AccessId::Operation(i - hal::kRegisterCount - 1);
      if (i == hal::kRegisterCount || !NamesIt(line.names, AccessInfoOf(id).name)) continue;
      rules[i].push_back(rule);
      used = true;
    }
    if (!used) throw Violation(std::format("rules: nothing is called {}", line.names));
  }
  return rules;
}

}  // namespace trivet::sim
