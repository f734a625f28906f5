// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/facts/explained.h"

#include <sstream>
#include <string_view>

namespace trivet::lab::facts {
namespace {

struct Entry {
  std::string_view source;
  std::string_view register_name;
  std::string_view fields;  // Names with spaces between.
  std::string_view reason;
};

constexpr Entry kEntries[] = {
#define EXPLAINED(source, register_name, fields, reason) {#source, register_name, fields, reason},
#include "lab/facts/explained.def"
#undef EXPLAINED
};

/// One field of one entry, and whether a difference used it.
struct Expectation {
  const Entry* entry;
  std::string field;
  bool used = false;
};

std::vector<Expectation> ExpectationsFor(std::string_view source) {
  std::vector<Expectation> expectations;
  for (const Entry& entry : kEntries) {
    if (entry.source != source) continue;
    std::istringstream fields{std::string(entry.fields)};
    for (std::string field; fields >> field;) expectations.push_back({&entry, field});
  }
  return expectations;
}

bool Explain(const Difference& difference, std::vector<Expectation>& expectations) {
  bool explained = false;
  for (Expectation& expectation : expectations) {
    const bool matches = expectation.entry->register_name == difference.register_name &&
                         expectation.field == difference.field;
    expectation.used |= matches;
    explained |= matches;
  }
  return explained;
}

}  // namespace

Review ReviewDifferences(const std::string& source, const std::vector<Difference>& differences) {
  std::vector<Expectation> expectations = ExpectationsFor(source);
  Review review;
  for (const Difference& difference : differences) {
    if (Explain(difference, expectations)) {
      ++review.explained;
    } else {
      review.unexplained.push_back(difference);
    }
  }
  for (const Expectation& expectation : expectations) {
    if (expectation.used) continue;
    review.stale.push_back(std::string(expectation.entry->register_name) + "." + expectation.field);
  }
  return review;
}

}  // namespace trivet::lab::facts
