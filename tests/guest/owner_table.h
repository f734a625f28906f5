// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/capability.h"
#include "hal/cpu.h"
#include "hal/registers.h"
#include "tests/guest/switched_registers.h"

/// What this CPU keeps of each owner's values, and the comparison with what its registers hold.
namespace trivet::tests {

/// Whose value a register has. kUntouched: of a guest that has not written it.
enum class Whose : std::uint8_t { kHosts, kFirsts, kSeconds, kUntouched, kAnyones };
constexpr Whose WhoseOf(Owner owner) { return static_cast<Whose>(owner); }

/// Every capability whose feature this CPU has.
hal::Capabilities AvailableCapabilities();

/// The switched registers. From construction to destruction the host's values are in them at first;
/// afterwards they are as they were.
class OwnerTable {
 public:
  explicit OwnerTable(bool e2h);
  ~OwnerTable();
  OwnerTable(const OwnerTable&) = delete;
  OwnerTable& operator=(const OwnerTable&) = delete;

  /// `whose(register)` says whose value each register must have.
  template <class WhoseIs>
  void Expect(const char* where, WhoseIs whose) const {
    ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
      const Whose own = whose(it);
      if (own != Whose::kAnyones) ExpectIn(it, own, n, where);
    });
  }

  /// The host changes each of the registers that `chosen(when)` has, to its other value.
  template <class Chosen>
  void ChangeHosts(Chosen chosen) {
    ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
      if (!chosen(it.when)) return;
      later_[n] = !later_[n];
      it.write(later_[n] ? later_values_[n] : values_[0][n]);
    });
    hal::Cpu::Isb();
  }

  /// Writes those of `owner`'s values that `chosen(register)` has.
  template <class Chosen>
  void Write(Owner owner, Chosen chosen) const {
    ForEach(all_, [&](const SwitchedRegister& it, std::size_t n) {
      if (chosen(it)) it.write(values_[static_cast<unsigned>(owner)][n]);
    });
    hal::Cpu::Isb();
  }

 private:
  void ExpectIn(const SwitchedRegister& it, Whose own, std::size_t n, const char* where) const;
  void Save(std::uint64_t (&to)[kMostRegisters]) const;
  void ExpectDistinct() const;

  const std::span<const SwitchedRegister> all_;
  std::uint64_t values_[4][kMostRegisters];     ///< By Whose.
  std::uint64_t later_values_[kMostRegisters];  ///< The host's other ones.
  bool later_[kMostRegisters] = {};             ///< The host's value is the other one.
  std::uint64_t before_[kMostRegisters];
};

/// EL2's controls, as OwnerTable: the host's, and those of a guest without and with capabilities.
class ControlTable {
 public:
  explicit ControlTable(bool e2h);
  ~ControlTable();
  ControlTable(const ControlTable&) = delete;
  ControlTable& operator=(const ControlTable&) = delete;

  void ExpectHosts() const { Expect("host", later_ ? other_host_ : host_); }
  /// The host changes each of its own, but for what it keeps while a guest runs.
  void ChangeHosts();
  /// But for the register `except`.
  void ExpectGuests(hal::Capabilities open, hal::RegisterId except) const {
    Expect("guest", open.IsEmpty() ? closed_ : opened_, except);
  }
  /// Calls then(id) with each control changed in one bit that it keeps.
  template <class Then>
  void ForEachChanged(Then then) const {
    ForEach(all_, [&](const SwitchedRegister& it, std::size_t) {
      const std::uint64_t live = it.read();
      const std::uint64_t bits = KeptBits(it.name) & ~UnchosenBits(it.name);
      if (bits == 0) return;
      it.write(live ^ (bits & -bits));
      then(it.name);
      it.write(live);
    });
  }

 private:
  void Expect(const char* where, const std::uint64_t (&values)[kMostRegisters],
              hal::RegisterId except = hal::RegisterId::kCount) const;

  const std::span<const SwitchedRegister> all_;
  bool later_ = false;
  std::uint64_t host_[kMostRegisters], other_host_[kMostRegisters], closed_[kMostRegisters],
      opened_[kMostRegisters], before_[kMostRegisters];
};

}  // namespace trivet::tests
