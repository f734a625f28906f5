#include "bench/freestanding/filter.h"

#include <cstddef>

namespace benchmark::internal {
namespace {

/// What follows the first `count` characters. (substr() would bring in std::terminate.)
std::string_view After(std::string_view text, std::size_t count) {
  text.remove_prefix(count);
  return text;
}

/// Length of the atom at the front of a pattern: a character, an escape or a bracket. 0: not
/// closed.
std::size_t AtomLength(std::string_view pattern) {
  if (pattern[0] == '\\') return pattern.size() > 1 ? 2 : 0;
  if (pattern[0] != '[') return 1;
  std::size_t at = pattern.size() > 1 && pattern[1] == '^' ? 2 : 1;
  ++at;  // A bracket's first character is a member, even ']'.
  while (at < pattern.size() && pattern[at] != ']') ++at;
  return at < pattern.size() ? at + 1 : 0;
}

bool InBracket(std::string_view members, char c) {
  const bool negated = members.starts_with('^');
  if (negated) members.remove_prefix(1);
  bool found = false;
  while (!members.empty()) {
    const bool range = members.size() >= 3 && members[1] == '-';
    found = found || (range ? members[0] <= c && c <= members[2] : members[0] == c);
    members.remove_prefix(range ? 3 : 1);
  }
  return found != negated;
}

bool AtomMatches(std::string_view atom, char c) {
  if (atom[0] == '\\') return atom[1] == c;
  if (atom[0] == '[') return InBracket(After(atom, 1).substr(0, atom.size() - 2), c);
  return atom[0] == '.' || atom[0] == c;
}

/// Whether `pattern` matches a prefix of `text`. Backtracks; patterns and names are short.
bool MatchHere(std::string_view pattern, std::string_view text) {
  if (pattern.empty()) return true;
  if (pattern == "$") return text.empty();
  const std::size_t length = AtomLength(pattern);
  const std::string_view atom = pattern.substr(0, length);
  const char repeat = length < pattern.size() ? pattern[length] : '\0';
  const bool repeats = repeat == '*' || repeat == '+' || repeat == '?';
  const std::string_view rest = After(pattern, length + repeats);

  std::size_t least = repeats && repeat != '+' ? 0 : 1;
  const std::size_t most = repeats && repeat != '?' ? text.size() : 1;
  std::size_t taken = 0;
  while (taken < most && taken < text.size() && AtomMatches(atom, text[taken])) ++taken;
  for (++taken; taken-- > least;) {
    if (MatchHere(rest, After(text, taken))) return true;
  }
  return false;
}

bool MatchAnywhere(std::string_view pattern, std::string_view text) {
  if (pattern.starts_with('^')) return MatchHere(After(pattern, 1), text);
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (MatchHere(pattern, After(text, at))) return true;
  }
  return false;
}

/// Calls `visit(alternative)` for each until it returns true; false when an atom is not closed.
template <class F>
bool ForEachAlternative(std::string_view expression, F visit) {
  std::size_t start = 0, at = 0;
  while (at < expression.size()) {
    if (expression[at] == '|') {
      if (visit(After(expression, start).substr(0, at - start))) return true;
      start = ++at;
      continue;
    }
    const std::size_t length = AtomLength(After(expression, at));
    if (length == 0) return false;
    at += length;
  }
  return visit(After(expression, start));
}

bool IsUnderstood(std::string_view expression) {
  bool repeatable = false;
  for (std::size_t at = 0; at < expression.size();) {
    const std::size_t length = AtomLength(After(expression, at));
    if (length == 0) return false;
    const char c = expression[at];
    if (c == '(' || c == ')' || c == '{' || c == '}') return false;
    const bool repeats = c == '*' || c == '+' || c == '?';
    if (repeats && !repeatable) return false;
    repeatable = !repeats && c != '|' && c != '^';
    at += length;
  }
  return true;
}

}  // namespace

Filter::Filter(std::string_view expression) : expression_(expression) {
  negated_ = expression_.starts_with('-');
  if (negated_) expression_.remove_prefix(1);
  valid_ = IsUnderstood(expression_);
}

bool Filter::Selects(std::string_view name) const {
  const bool matches = ForEachAlternative(
      expression_, [name](std::string_view pattern) { return MatchAnywhere(pattern, name); });
  return matches != negated_;
}

}  // namespace benchmark::internal
