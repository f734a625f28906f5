#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/registers.h"
#include "hal/roles.h"
#include "percpu/host_kind.h"

namespace trivet::percpu {

/// Registers that are saved, restored and compared together, in the order of the list. 8 bytes
/// each. Each is accessed by its name under the host's E2H; one whose feature the CPU lacks is
/// skipped.
template <hal::SystemRegister... Rs>
class RegisterBank {
 public:
  /// Reads every register of this CPU into the bank.
  template <class B>
  void Save(B& backend, const CpuTraits& cpu) {
    Visit(cpu, [&]<class Name>(std::uint64_t& value) {
      value = backend.template Read<Name>().raw();
      return true;
    });
  }

  /// Writes every register. The caller supplies the context synchronization event. Always
  /// inlined: a transition has no calls.
  template <class B>
  [[gnu::always_inline]] void Restore(B& backend, const CpuTraits& cpu) const {
    Visit(cpu, [&]<class Name>(const std::uint64_t& value) {
      backend.template Write<Name>(Name::Value::FromRaw(value));
      return true;
    });
  }

  /// Calls `report(id, saved, live)` for the first register that differs from the bank; true when
  /// none does.
  template <class B, class Report>
  bool Matches(B& backend, const CpuTraits& cpu, Report report) const {
    return Visit(cpu, [&]<class Name>(const std::uint64_t& value) {
      const std::uint64_t live = backend.template Read<Name>().raw();
      if (live != value) report(hal::kInfo<Name>.storage, value, live);
      return live == value;
    });
  }

  template <class R>
  static consteval bool Contains() {
    return (std::same_as<R, Rs> || ...);
  }

  template <hal::SystemRegister R>
  typename R::Value Get() const {
    return R::Value::FromRaw(values_[IndexOf<R>()]);
  }
  template <hal::SystemRegister R>
  void Set(typename R::Value value) {
    values_[IndexOf<R>()] = value.raw();
  }

 private:
  /// Calls visit<Name>(value) in order until one returns false.
  template <class F>
  [[gnu::always_inline]] bool Visit(const CpuTraits& cpu, F visit) {
    return VisitAll(*this, cpu, visit);
  }
  template <class F>
  [[gnu::always_inline]] bool Visit(const CpuTraits& cpu, F visit) const {
    return VisitAll(*this, cpu, visit);
  }

  template <class Self, class F>
  [[gnu::always_inline]] static bool VisitAll(Self& self, const CpuTraits& cpu, F& visit) {
    std::size_t i = 0;
    if (cpu.e2h()) {
      return (VisitOne<typename hal::NamesAtEl2<Rs>::E2hSet>(self.values_[i++], cpu, visit) && ...);
    }
    return (VisitOne<typename hal::NamesAtEl2<Rs>::E2hClear>(self.values_[i++], cpu, visit) && ...);
  }

  template <class Name, class Value, class F>
  [[gnu::always_inline]] static bool VisitOne(Value& value, const CpuTraits& cpu, F& visit) {
    // The E2H names need FEAT_VHE, which an E2H host implies.
    if constexpr (hal::kInfo<Name>.needs != hal::Feature::kBase &&
                  hal::kInfo<Name>.needs != hal::Feature::kVhe) {
      if (!cpu.template Has<hal::kInfo<Name>.needs>()) return true;
    }
    return visit.template operator()<Name>(value);
  }

  template <class R>
  static consteval std::size_t IndexOf() {
    static_assert(Contains<R>(), "the bank does not have this register");
    std::size_t i = 0, found = sizeof...(Rs);
    ((std::same_as<R, Rs> ? found = i : 0, ++i), ...);
    return found;
  }

  std::uint64_t values_[sizeof...(Rs)] = {};
};

}  // namespace trivet::percpu
