// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/status.h"
#include "vectors/selected_table.h"
#include "vectors/table_layout.h"

namespace trivet::vectors {

/// How a vector table finds the page of the CPU that takes an exception at EL2: the PerCpu whose
/// first bytes are its CpuSlot. docs/decisions/0021-a-slot-finder-is-built-in.md.
struct SlotFinder {
  enum class By : std::uint32_t {
    kTpidr,           ///< TPIDR_EL2 is its address: Trivet's from enable to disable.
    kPageAtTpidr,     ///< Its address is TPIDR_EL2 + `number`.
    kPointerAtTpidr,  ///< Its address stands at TPIDR_EL2 + `number`.
    kPageAtStack,     ///< Its address is `number` bytes into the area that SP_EL2 is in.
    kPointerAtStack,  ///< Its address stands there.
    kPageAtSymbol,    ///< Its address is `number` bytes from `number` itself, on every CPU.
  };
  By by = By::kTpidr;
  std::uint32_t area = 0;  ///< Bytes, a power of two: size and alignment of each CPU's stack area.
  std::uint64_t number = 0;

  bool UsesTpidr() const { return by <= By::kPointerAtTpidr; }
  bool UsesStack() const { return by == By::kPageAtStack || by == By::kPointerAtStack; }
  bool FollowsPointer() const { return by == By::kPointerAtTpidr || by == By::kPointerAtStack; }
};

/// A vector table for callback hosts with a finder of its own, for percpu::Host's kVectorTable:
///
///     #include "vectors/el2/vector_table.inc"
///     vector_table my_vectors, pointer_at_tpidr, 0x40
///
/// defines `extern "C" const VectorTable my_vectors`. The finders are SlotFinder::By in lower case;
/// those of a stack have a third argument, the area; page_at_symbol has a symbol for its number.
struct alignas(kTableSize) VectorTable {
  std::uint32_t slots[kTableSize / sizeof(std::uint32_t)] = {};
  SlotFinder finder;
};

/// What a table with `finder` finds on the CPU that calls. At EL2 with SP_EL2.
struct FoundSlot {
  Status status;       ///< kOk, kSlotMissing, kSlotMisaligned: then no pointer was followed.
  std::uint64_t page;  ///< Or the address that is misaligned.
};
FoundSlot FindSlot(const SlotFinder& finder);

/// The value for VBAR_EL2. Any exception level.
inline std::uint64_t BaseOf(const VectorTable& table) { return SelectedBaseOf(table); }

}  // namespace trivet::vectors
