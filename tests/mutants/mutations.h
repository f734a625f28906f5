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

/// Mistakes in the accesses of system registers, in TLB maintenance and in loads and stores: each
/// forgotten, of the next one's register, by the name that HCR_EL2.E2H redirects, of another
/// general register, with the two of a pair swapped. None in barriers, which QEMU's TCG needs none
/// of; in C++ none in loads and stores of the stack, which are the compiler's.
std::vector<Mutation> MutationsOf(const Function& function, bool is_assembly);

}  // namespace trivet::mutants
