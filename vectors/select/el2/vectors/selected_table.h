// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::vectors {

struct VectorTable;

/// TableBase() in one instruction: the table stands on a page of its own, which the compiler cannot
/// know. Volatile: made again where it is used, which costs what keeping it would.
[[gnu::always_inline]] inline std::uint64_t SelectedTableBase() {
  std::uint64_t base;
  asm volatile("adrp %0, trivet_vector_table" : "=r"(base));
  return base;
}

/// A table stands where it is declared.
inline std::uint64_t SelectedBaseOf(const VectorTable& table) {
  return reinterpret_cast<std::uint64_t>(&table);
}

/// The vectors of stage1_translation.h.
extern "C" [[gnu::visibility("hidden")]] const char trivet_skip_vectors[];
inline std::uint64_t TranslationVectors() {
  return reinterpret_cast<std::uint64_t>(&trivet_skip_vectors);
}

/// SP_EL2.
inline std::uint64_t StackPointer() {
  std::uint64_t sp;
  asm volatile("mov %0, sp" : "=r"(sp));
  return sp;
}

}  // namespace trivet::vectors
