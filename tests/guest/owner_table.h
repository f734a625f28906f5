// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>

#include "hal/capability.h"
#include "hal/cpu.h"
#include "hal/guest_view.h"
#include "hal/registers.h"
#include "tests/guest/switched_registers.h"

/// What this CPU keeps of each owner's values, and the comparison with what its registers hold.
namespace trivet::tests {

/// Whose value a register has. kUntouched: of a guest that has not written it.
enum class Whose : std::uint8_t { kHosts, kFirsts, kSeconds, kUntouched, kAnyones };
constexpr Whose WhoseOf(Owner owner) { return static_cast<Whose>(owner); }

inline constexpr std::size_t kMostRegisters = 96;

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

  /// `whose(when, capability, id)` says whose value each register must have.
  template <class WhoseIs>
  void Expect(const char* where, WhoseIs whose) const {
    ForEachSwitched(
        e2h_, [&, i = 0]<class R, class Name>(Switched when, hal::Capability capability) mutable {
          const Whose own = whose(when, capability, hal::kInfo<R>.id);
          const std::size_t n = i++;
          if (own == Whose::kAnyones) return;
          const std::uint64_t value = own == Whose::kHosts && later_[n]
                                          ? later_values_[n]
                                          : values_[static_cast<unsigned>(own)][n];
          const std::uint64_t live = hal::Cpu::Read<Name>().raw();
          if (((live ^ value) & ~kClockBits<R>) != 0)
            Report(where, hal::kInfo<R>.name, live, value);
        });
  }

  /// The host changes each of the registers that `chosen(when)` has, to its other value.
  template <class Chosen>
  void ChangeHosts(Chosen chosen) {
    ForEachSwitched(e2h_, [&, i = 0]<class R, class Name>(Switched when, hal::Capability) mutable {
      const std::size_t n = i++;
      if (!chosen(when)) return;
      later_[n] = !later_[n];
      WriteRaw<Name>(later_[n] ? later_values_[n] : values_[0][n]);
    });
    hal::Cpu::Isb();
  }

  /// Writes those of `owner`'s values that `chosen(when, capability)` has.
  template <class Chosen>
  void Write(Owner owner, Chosen chosen) const {
    ForEachSwitched(
        e2h_, [&, i = 0]<class R, class Name>(Switched when, hal::Capability capability) mutable {
          const std::uint64_t value = values_[static_cast<unsigned>(owner)][i++];
          if (chosen(when, capability)) WriteRaw<Name>(value);
        });
    hal::Cpu::Isb();
  }

 private:
  static void Report(const char* where, const char* name, std::uint64_t live,
                     std::uint64_t expected) {
    EXPECT_EQ(live, expected) << where << ": " << name;
  }
  void Save(std::uint64_t (&to)[kMostRegisters]) const;
  void ExpectDistinct() const;

  const bool e2h_;
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
    ForEachControl(e2h_, [&]<class Name>() {
      const std::uint64_t live = hal::Cpu::Read<Name>().raw();
      const std::uint64_t bits = KeptBits<Name>() & ~UnchosenBits<Name>();
      if (bits == 0) return;
      WriteRaw<Name>(live ^ (bits & -bits));
      then(hal::kInfo<Name>.id);
      WriteRaw<Name>(live);
    });
  }

 private:
  void Expect(const char* where, const std::uint64_t (&values)[kMostRegisters],
              hal::RegisterId except = hal::RegisterId::kCount) const;

  const bool e2h_;
  bool later_ = false;
  std::uint64_t host_[kMostRegisters], other_host_[kMostRegisters], closed_[kMostRegisters],
      opened_[kMostRegisters], before_[kMostRegisters];
};

}  // namespace trivet::tests
