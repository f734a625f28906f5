#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"

namespace trivet::percpu {

/// Registers that are saved, restored and compared together, in the order of the list. 8 bytes each.
template <hal::SystemRegister... Rs>
class RegisterBank {
 public:
  /// Reads every register of this CPU into the bank.
  void Save() {
    std::size_t i = 0;
    ((values_[i++] = hal::Cpu::Read<Rs>().raw()), ...);
  }

  /// Writes every register. The caller supplies the context synchronization event.
  void Restore() const {
    std::size_t i = 0;
    (hal::Cpu::Write<Rs>(Rs::Value::FromRaw(values_[i++])), ...);
  }

  template <hal::SystemRegister R>
  typename R::Value Get() const {
    return R::Value::FromRaw(values_[IndexOf<R>()]);
  }
  template <hal::SystemRegister R>
  void Set(typename R::Value value) {
    values_[IndexOf<R>()] = value.raw();
  }

  /// Calls `report(id, saved, live)` for the first register that differs from the bank; true when none does.
  template <class Report>
  bool Matches(Report report) const {
    std::size_t i = 0;
    return (Same<Rs>(values_[i++], report) && ...);
  }

 private:
  template <class R>
  static consteval std::size_t IndexOf() {
    std::size_t i = 0, found = sizeof...(Rs);
    ((std::same_as<R, Rs> ? found = i : 0, ++i), ...);
    return found;
  }
  template <class R, class Report>
  static bool Same(std::uint64_t saved, Report report) {
    const std::uint64_t live = hal::Cpu::Read<R>().raw();
    if (live == saved) return true;
    report(hal::kInfo<R>.id, saved, live);
    return false;
  }

  std::uint64_t values_[sizeof...(Rs)] = {};
};

}  // namespace trivet::percpu
