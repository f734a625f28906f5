// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "freestanding/text/name_filter.h"

#include <algorithm>
#include <cstddef>

namespace trivet::text {
namespace {

bool Matches(std::string_view name, std::string_view pattern) {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '*') {
    for (std::size_t skipped = 0; skipped <= name.size(); ++skipped) {
      if (Matches(name.substr(skipped), pattern.substr(1))) return true;
    }
    return false;
  }
  return !name.empty() && (pattern.front() == '?' || pattern.front() == name.front()) &&
         Matches(name.substr(1), pattern.substr(1));
}

bool MatchesOneOf(std::string_view name, std::string_view patterns) {
  while (!patterns.empty()) {
    const std::size_t end = std::min(patterns.find(':'), patterns.size());
    if (Matches(name, patterns.substr(0, end))) return true;
    patterns.remove_prefix(std::min(end + 1, patterns.size()));
  }
  return false;
}

}  // namespace

bool IsSelected(std::string_view name, std::string_view filter) {
  const std::size_t dash = std::min(filter.find('-'), filter.size());
  const std::string_view wanted = filter.substr(0, dash);
  return (wanted.empty() || MatchesOneOf(name, wanted)) &&
         !MatchesOneOf(name, filter.substr(std::min(dash + 1, filter.size())));
}

}  // namespace trivet::text
