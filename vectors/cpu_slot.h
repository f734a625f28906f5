// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace trivet::vectors {

struct CpuSlot;

/// Called with the slot of the CPU that took the exception, at EL2, D, A, I and F masked.
using Handler = void (*)(CpuSlot& cpu);

/// Called for exceptions of the host's own level. None may be null once VBAR_EL2
/// points at the table; percpu refuses to enable without them.
struct Handlers {
  Handler irq = nullptr;
  Handler fiq = nullptr;
  Handler serror = nullptr;
  Handler fatal =
      nullptr;  ///< Must not return; if it does the CPU parks. The crash record is filled.

  /// True when no handler is null.
  constexpr bool AreComplete() const { return irq && fiq && serror && fatal; }
};

/// The state at an exception that must not happen.
struct CrashRecord {
  std::uint64_t x[31];
  std::uint64_t sp;
#define CRASH_REGISTER(member, ...) std::uint64_t member;
#include "vectors/crash_registers.def"
  std::uint64_t vector;  ///< Offset of the slot taken: 0x000 or 0x200.
};

/// What the table finds through TPIDR_EL2: the first bytes of a CPU's page.
struct CpuSlot {
  Handlers handlers;
  std::uint64_t crashes =
      0;  ///< Crash entries so far; more than one means the fatal handler crashed.
  std::uint64_t scratch = 0;  ///< Used by the crash path before it owns a register.
  CrashRecord crash = {};
};

/// The slot starts a page of this size and alignment; the page's end is the top of the emergency
/// stack.
inline constexpr std::size_t kCpuPageSize = 4096;

}  // namespace trivet::vectors
