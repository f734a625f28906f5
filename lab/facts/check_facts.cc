// SPDX-License-Identifier: Apache-2.0 OR MIT
// lab facts: compares the register descriptions with tables of facts and prints the differences
// that explained.def has no reason for.

#include <format>
#include <string>

#include "lab/checks.h"
#include "lab/facts/compare.h"
#include "lab/facts/explained.h"
#include "lab/traces/input.h"
#include "sim/pe/violation.h"
#include "tools/json/json_value.h"

namespace trivet::lab {
namespace {

using json::JsonValue;

JsonValue Load(const std::string& path) {
  JsonValue value;
  std::string error;
  if (!JsonValue::Parse(ReadFile(path), value, error)) throw sim::Violation(path + ": " + error);
  if (value.Find("regs") == nullptr) throw sim::Violation(path + ": no member \"regs\"");
  return value;
}

/// Prints what is unexplained or stale; true when nothing is.
bool Report(const std::string& source, const facts::Comparison& comparison, bool list_unknown) {
  const facts::Review review = facts::ReviewDifferences(source, comparison.differences);
  for (const facts::Difference& difference : review.unexplained) {
    Print(std::format("{}: {}.{}: {}\n", source, difference.register_name, difference.field,
                      difference.text));
  }
  for (const std::string& stale : review.stale) {
    Print(std::format("{}: {}: explained, but there is no such difference\n", source, stale));
  }
  for (const std::string& name : comparison.unknown) {
    if (list_unknown) Print(std::format("{}: no facts about {}\n", source, name));
  }
  Print(
      std::format("{}: {} registers compared, {} without facts, {} differences explained, {} "
                  "unexplained, {} stale explanations\n",
                  source, comparison.compared, comparison.unknown.size(), review.explained,
                  review.unexplained.size(), review.stale.size()));
  return review.unexplained.empty() && review.stale.empty();
}

}  // namespace

int CheckFactsIn(const std::string& folder, bool list_unknown) {
  const JsonValue fields = Load(folder + "/arm_sysregs_fields.json");
  const JsonValue resets = Load(folder + "/sail85_reset.json");
  const bool fields_agree = Report("fields", facts::CompareFields(fields), list_unknown);
  const bool resets_agree = Report("resets", facts::CompareResets(resets), list_unknown);
  return fields_agree && resets_agree ? kAgreed : kDisagreed;
}

int CheckFacts(const Words& words) {
  bool list_unknown = false;
  const Words folder = Files(
      {.usage = "lab facts [--list-unknown] DIR",
       .options = {{"--list-unknown", "", "print the registers without facts", &list_unknown}},
       .takes_operands = true},
      words, 1, 1);
  return CheckFactsIn(folder[0], list_unknown);
}

}  // namespace trivet::lab
