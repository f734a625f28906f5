#pragma once

#include <cstdint>

namespace trivet::vectors {

/// TableBase() in one instruction: the table stands on a page of its own, which the compiler cannot
/// know. Volatile: made again where it is used, which costs what keeping it would.
[[gnu::always_inline]] inline std::uint64_t SelectedTableBase() {
  std::uint64_t base;
  asm volatile("adrp %0, trivet_vector_table" : "=r"(base));
  return base;
}

}  // namespace trivet::vectors
