// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "lab/facts/compare.h"

namespace trivet::lab::facts {

/// Splits differences into those that explained.def gives a reason for and the others.
struct Review {
  std::vector<Difference> unexplained;
  unsigned explained = 0;
  std::vector<std::string> stale;  ///< Lines of explained.def that no difference needed.
};

/// `source`: "fields" or "resets", as in explained.def.
Review ReviewDifferences(const std::string& source, const std::vector<Difference>& differences);

}  // namespace trivet::lab::facts
