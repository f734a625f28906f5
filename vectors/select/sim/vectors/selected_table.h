// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::vectors {

struct VectorTable;

/// TableBase(): the first call maps the slots' code there.
std::uint64_t SelectedTableBase();

/// The same of another table.
std::uint64_t SelectedBaseOf(const VectorTable& table);

/// The vectors of stage1_translation.h. No code stands there: nothing aborts.
std::uint64_t TranslationVectors();

/// SP_EL2 as a test chose it for this host thread: code at EL2 runs on the thread's own stack.
std::uint64_t StackPointer();
void SetStackPointer(std::uint64_t sp);

}  // namespace trivet::vectors
