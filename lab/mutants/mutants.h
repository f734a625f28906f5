// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <string>
#include <vector>

#include "sim/model/model.h"

namespace trivet::lab {

/// One deliberate mistake.
struct Mutant {
  std::string name;
  sim::Alteration alteration;
};

/// Mistakes in each trap rule, each entry of the routing table and each control bit that the
/// simulator decides by, one at a time.
std::vector<Mutant> AllMutants(const sim::Model& model);

}  // namespace trivet::lab
