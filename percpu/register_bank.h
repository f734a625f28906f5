// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <type_traits>
#include <utility>

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

/// Writes what was saved.
struct AsSaved {
  template <class R>
  constexpr std::uint64_t operator()(std::uint64_t value) const {
    return value;
  }
};

/// Registers that are saved and restored together, in the order of the list. 8 bytes
/// each. Each is accessed by its name under the host's E2H; one whose feature the CPU lacks is
/// skipped, and so is one whose capability is not in `open`, where that is given.
template <hal::SystemRegister... Rs>
class RegisterBank {
 public:
  /// Reads every register of this CPU into the bank.
  template <class B>
  [[gnu::always_inline]] void Save(B& backend, const CpuTraits& cpu, hal::Capabilities open = {}) {
    const CpuTraits here = cpu;  // In a register: a register access may change memory.
    ForGroups(here, [&]<bool kE2h, std::size_t kFirst>() __attribute__((always_inline)) {
      // These too, and stored in pairs. A save of some capabilities keeps the others' values.
      Group<kFirst> values = kHasCapabilities ? GroupAt<kFirst>() : Group<kFirst>();
      VisitGroup<kE2h, kFirst>(
          values, here, open,
          [&]<class R, class Name>(std::uint64_t& value)
              __attribute__((always_inline)) { value = backend.template Read<Name>().raw(); });
      std::copy(values.begin(), values.end(), values_.begin() + kFirst);
      asm volatile("" ::: "memory");  // Not later: the next group needs the general registers.
    });
  }
  /// Writes every register, with what `adjust.operator()<R>(value)` makes of its value. The caller
  /// supplies the context synchronization event. Always inlined: a transition has no calls.
  template <class B, class Adjust = AsSaved>
  [[gnu::always_inline]] void Restore(B& backend, const CpuTraits& cpu, hal::Capabilities open = {},
                                      const Adjust& adjust = {}) const {
    const CpuTraits here = cpu;
    ForGroups(here, [&]<bool kE2h, std::size_t kFirst>() __attribute__((always_inline)) {
      const Group<kFirst> values = GroupAt<kFirst>();
      VisitGroup<kE2h, kFirst>(
          values, here, open,
          [&]<class R, class Name>(std::uint64_t value) __attribute__((always_inline)) {
            backend.template Write<Name>(
                Name::Value::FromRaw(adjust.template operator()<R>(value)));
          });
    });
  }
  /// In the order of the list.
  std::span<std::uint64_t> values() { return values_; }
  std::span<const std::uint64_t> values() const { return values_; }
  /// Of an nVHE host, for messages.
  static constexpr hal::RegisterId kIds[] = {
      hal::kInfo<typename hal::NamesAtEl2<Rs>::E2hClear>.storage...};

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

  // A save or a restore goes through the list in groups: as many as fit into general registers.
  static constexpr std::size_t kGroup = 8;
  template <std::size_t kFirst>
  using Group = std::array<std::uint64_t, std::min(kGroup, sizeof...(Rs) - kFirst)>;
  template <std::size_t kI>
  using RegisterAt = std::tuple_element_t<kI, std::tuple<Rs...>>;

  template <std::size_t kFirst>
  [[gnu::always_inline]] Group<kFirst> GroupAt() const {
    Group<kFirst> group;
    std::copy_n(values_.begin() + kFirst, group.size(), group.begin());
    return group;
  }

  /// Calls f<kE2h, kFirst>() for each group in order.
  template <class F>
  [[gnu::always_inline]] static void ForGroups(const CpuTraits& cpu, F f) {
    const auto for_all =
        [&]<bool kE2h, std::size_t... kI>(std::index_sequence<kI...>)
            __attribute__((always_inline)) { (f.template operator()<kE2h, kI * kGroup>(), ...); };
    constexpr auto kAll = std::make_index_sequence<(sizeof...(Rs) + kGroup - 1) / kGroup>();
    cpu.e2h() ? for_all.template operator()<true>(kAll) : for_all.template operator()<false>(kAll);
  }

  /// Calls visit<R, Name>(value) for each register of a group that the CPU and `open` have.
  template <bool kE2h, std::size_t kFirst, class G, class F>
  [[gnu::always_inline]] static void VisitGroup(G& values, const CpuTraits& cpu,
                                                hal::Capabilities open, F visit) {
    const auto visit_one = [&]<class R>(auto& value) __attribute__((always_inline)) {
      using Names = hal::NamesAtEl2<R>;
      using Name = std::conditional_t<kE2h, typename Names::E2hSet, typename Names::E2hClear>;
      if (IsThere<R>(cpu, open)) visit.template operator()<R, Name>(value);
    };
    [&]<std::size_t... kI>(std::index_sequence<kI...>) __attribute__((always_inline)) {
      (visit_one.template operator()<RegisterAt<kFirst + kI>>(values[kI]), ...);
    }(std::make_index_sequence<std::tuple_size_v<std::remove_const_t<G>>>());
  }

  template <class R>
  [[gnu::always_inline]] static bool IsThere(const CpuTraits& cpu, hal::Capabilities open) {
    if constexpr (kCapabilityOf<R> != hal::Capability::kAlways) {
      if (!open.Has(kCapabilityOf<R>)) return false;
    }
    // What `open` has, the CPU has, but for registers with a feature of their own.
    if constexpr (hal::kInfo<R>.needs != hal::Feature::kBase) {
      return cpu.template Has<hal::kInfo<R>.needs>();
    }
    return true;
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
