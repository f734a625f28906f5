#pragma once

#include <string_view>

namespace benchmark::internal {

/// --benchmark_filter at EL2: a regular expression of literals, `.`, `[...]`, `*`, `+`, `?`, `^`,
/// `$`, `\` and, at the top level, `|`. A leading `-` means "all that do not match", as in Google
/// Benchmark.
class Filter {
 public:
  explicit Filter(std::string_view expression);

  /// False for what this matcher does not know: groups, repetition counts, an open bracket.
  bool valid() const { return valid_; }
  /// Whether some part of `name` matches.
  bool Selects(std::string_view name) const;

 private:
  std::string_view expression_;
  bool negated_ = false;
  bool valid_ = true;
};

}  // namespace benchmark::internal
