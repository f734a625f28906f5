#include "bench/compare/legs.h"

#include <algorithm>

namespace trivet::bench {

const Result* Find(const std::optional<LegOutput>& leg, std::string_view name) {
  if (!leg) return nullptr;
  const auto found = std::ranges::find(leg->results, name, &Result::name);
  return found == leg->results.end() ? nullptr : &*found;
}

bool IsYardstick(std::string_view name) {
  return name.starts_with("limit/") || name.starts_with("seed/");
}

std::optional<double> LimitOf(std::string_view name, const std::optional<LegOutput>& el2) {
  if (IsYardstick(name)) return std::nullopt;
  const std::string_view operation = name.substr(std::min(name.find('/'), name.size()));
  const Result* const limit = Find(el2, "limit" + std::string(operation));
  return limit == nullptr ? std::nullopt : limit->instructions;
}

std::vector<std::string> Names(const Legs& legs,
                               const std::function<bool(std::string_view)>& selected) {
  std::vector<std::string> names;
  for (const auto* leg : {&legs.simulator, &legs.el2}) {
    if (!*leg) continue;
    for (const Result& result : (*leg)->results) {
      const bool known = std::ranges::find(names, result.name) != names.end();
      if (!known && selected(result.name)) names.push_back(result.name);
    }
  }
  std::ranges::stable_partition(names, [](const std::string& name) { return !IsYardstick(name); });
  return names;
}

}  // namespace trivet::bench
