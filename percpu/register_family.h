// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu.h"

namespace trivet::percpu {

/// A numbered family of registers, of which a CPU has the first few.
template <class... Rs>
struct Family {
  static void Save(std::uint64_t* to, unsigned count) {
    unsigned n = 0;
    (void)((n < count && (to[n++] = hal::Cpu::Read<Rs>().raw(), true)) && ...);
  }
  static void Restore(const std::uint64_t* from, unsigned count) {
    unsigned n = 0;
    (void)((n < count && (hal::Cpu::Write<Rs>(Rs::Value::FromRaw(from[n++])), true)) && ...);
  }
};

/// A list that starts with a comma, from a .def file.
template <class, class... Rs>
using FamilyOf = Family<Rs...>;

/// Makes the bits of `mask`, of a register with a name that sets bits and one that clears them,
/// those of `value`.
template <class Set, class Clear>
void AssignBits(std::uint64_t value, std::uint64_t mask) {
  hal::Cpu::Write<Clear>(Clear::FromRaw(mask & ~value));
  hal::Cpu::Write<Set>(Set::FromRaw(mask & value));
}

}  // namespace trivet::percpu
