#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "hal/capability.h"
#include "hal/registers.h"
#include "hal/roles.h"
#include "percpu/host_kind.h"

namespace trivet::percpu {

/// The capability of a guest that R belongs to.
template <class R>
inline constexpr hal::Capability kCapabilityOf = hal::Capability::kAlways;
#define OPENED(Type, When, capability) \
  template <>                          \
  inline constexpr hal::Capability kCapabilityOf<hal::Type> = hal::Capability::capability;
#include "hal/regs/guest.def"

/// Registers that are saved, restored and compared together, in the order of the list. 8 bytes
/// each. Each is accessed by its name under the host's E2H; one whose feature the CPU lacks is
/// skipped, and so is one whose capability is not in `open`, where that is given.
template <hal::SystemRegister... Rs>
class RegisterBank {
 public:
  /// Reads every register of this CPU into the bank.
  template <class B>
  [[gnu::always_inline]] void Save(B& backend, const CpuTraits& cpu, hal::Capabilities open = {}) {
    const CpuTraits here = cpu;  // In a register: a register access may change memory.
    // And these are stored in pairs. A save of some capabilities keeps the others' values.
    Values values = kHasCapabilities ? values_ : Values();
    VisitAll(values, here, open,
             [&]<class Name>(std::uint64_t& value) __attribute__((always_inline)) {
               value = backend.template Read<Name>().raw();
               return true;
             });
    values_ = values;
  }
  /// Writes every register. The caller supplies the context synchronization event. Always
  /// inlined: a transition has no calls.
  template <class B>
  [[gnu::always_inline]] void Restore(B& backend, const CpuTraits& cpu,
                                      hal::Capabilities open = {}) const {
    const CpuTraits here = cpu;
    const Values values = values_;
    VisitAll(values, here, open,
             [&]<class Name>(const std::uint64_t& value) __attribute__((always_inline)) {
               backend.template Write<Name>(Name::Value::FromRaw(value));
               return true;
             });
  }
  /// Calls `report(id, saved, live)` for the first register that differs from the bank; true when
  /// none does.
  template <class B, class Report>
  bool Matches(B& backend, const CpuTraits& cpu, Report report) const {
    return VisitAll(values_, cpu, hal::kAllCapabilities,
                    [&]<class Name>(const std::uint64_t& value) {
                      const std::uint64_t live = backend.template Read<Name>().raw();
                      if (live != value) report(hal::kInfo<Name>.storage, value, live);
                      return live == value;
                    });
  }

  /// Gives each register the value `make.operator()<Name>(from's value)`.
  template <class Make>
  void Fill(const CpuTraits& cpu, const RegisterBank& from, Make make) {
    *this = from;
    VisitAll(values_, cpu, hal::kAllCapabilities, [&]<class Name>(std::uint64_t& value) {
      value = make.template operator()<Name>(value);
      return true;
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
  using Values = std::array<std::uint64_t, sizeof...(Rs)>;
  static constexpr bool kHasCapabilities = ((kCapabilityOf<Rs> != hal::Capability::kAlways) || ...);

  /// Calls visit<Name>(value) in order until one returns false.
  template <class V, class F>
  [[gnu::always_inline]] static bool VisitAll(V& values, const CpuTraits& cpu,
                                              hal::Capabilities open, F visit) {
    std::size_t i = 0;
    if (cpu.e2h()) {
      return (VisitOne<Rs, typename hal::NamesAtEl2<Rs>::E2hSet>(values[i++], cpu, open, visit) &&
              ...);
    }
    return (VisitOne<Rs, typename hal::NamesAtEl2<Rs>::E2hClear>(values[i++], cpu, open, visit) &&
            ...);
  }

  template <class R, class Name, class Value, class F>
  [[gnu::always_inline]] static bool VisitOne(Value& value, const CpuTraits& cpu,
                                              hal::Capabilities open, F& visit) {
    if constexpr (kCapabilityOf<R> != hal::Capability::kAlways) {
      if (!open.Has(kCapabilityOf<R>)) return true;
    }
    // What `open` has, the CPU has, but for registers with a feature of their own.
    if constexpr (hal::kInfo<R>.needs != hal::Feature::kBase) {
      if (!cpu.template Has<hal::kInfo<R>.needs>()) return true;
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

  Values values_ = {};
};

}  // namespace trivet::percpu
