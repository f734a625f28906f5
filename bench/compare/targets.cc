// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "bench/compare/targets.h"

#include <algorithm>

namespace trivet::bench {

const Result* Find(const std::optional<TargetOutput>& target, std::string_view name) {
  if (!target) return nullptr;
  const auto found = std::ranges::find(target->results, name, &Result::name);
  return found == target->results.end() ? nullptr : &*found;
}

bool IsYardstick(std::string_view name) {
  return name.starts_with("limit/") || name.starts_with("baseline/");
}

std::optional<double> LimitOf(std::string_view name, const std::optional<TargetOutput>& el2) {
  if (IsYardstick(name)) return std::nullopt;
  const std::string_view operation = name.substr(std::min(name.find('/'), name.size()));
  const Result* const limit = Find(el2, "limit" + std::string(operation));
  return limit == nullptr ? std::nullopt : limit->instructions;
}

std::vector<std::string> Names(const Targets& targets,
                               const std::function<bool(std::string_view)>& selected) {
  std::vector<std::string> names;
  for (const auto* target : {&targets.simulator, &targets.el2}) {
    if (!*target) continue;
    for (const Result& result : (*target)->results) {
      const bool known = std::ranges::find(names, result.name) != names.end();
      if (!known && selected(result.name)) names.push_back(result.name);
    }
  }
  std::ranges::stable_partition(names, [](const std::string& name) { return !IsYardstick(name); });
  return names;
}

}  // namespace trivet::bench
