// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "tests/mutants/image.h"

namespace trivet::mutants {

/// One instruction of a function replaced.
struct Mutation {
  std::size_t index;  ///< Of the instruction in its function.
  std::uint32_t word;
  std::string instruction;  ///< "write of VBAR_EL1", with "(2)" for the function's second.
  const char* mistake;      ///< "forgotten".
};

/// Mistakes in the accesses of system registers and in loads and stores: each forgotten, of the
/// next one's register, by the name that HCR_EL2.E2H redirects, of another general register, with
/// the two of a pair swapped. In C++ only loads and stores that carry the value of a system
/// register: the others are of what the compiler and unit tests know. None in barriers and TLB
/// maintenance: QEMU's TCG synchronizes and invalidates more than the architecture asks for.
std::vector<Mutation> MutationsOf(const Function& function, bool is_assembly);

}  // namespace trivet::mutants
