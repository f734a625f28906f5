// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/guest/owner.h"

/// The debug registers and performance monitors that this CPU has, with two values for each owner.
namespace trivet::tests {

/// One of them, by functions of EL2.
struct OpenedRegister {
  const char* name;
  bool is_monitor;
  std::uint64_t (*read)();
  void (*write)(std::uint64_t);
  std::uint64_t chosen;             ///< Bits that take any value and do nothing.
  std::uint64_t values[3][2] = {};  ///< As the register keeps them, by Owner.
};

/// From construction on the host's values with number 0 are in them.
class OpenedRegisters {
 public:
  OpenedRegisters();

  /// Writes one of `owner`'s values to the monitors, or to the others.
  void Write(Owner owner, unsigned which, bool monitors) const;
  void Expect(const char* where, Owner owner, unsigned which, bool monitors) const;

 private:
  template <class R>
  void Add(bool is_monitor, std::uint64_t chosen, void (*write)(std::uint64_t));
  template <class Set, class Clear>
  void AddBits(std::uint64_t chosen);
  void AddDebug();
  void AddMonitors();
  void ExpectDistinct() const;

  static constexpr std::size_t kMost = 144;
  std::size_t count_ = 0;
  OpenedRegister registers_[kMost];
};

}  // namespace trivet::tests
