// Lower bounds of the full transitions and of loading another guest: the register reads, writes and
// barriers that their steps need, straight-line, in the order of percpu/steps.h. No check, no
// state, no comparison. The registers are those of percpu's own lists, as far as this CPU has them.
// EL2 only, interrupts masked, nVHE.

#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <tuple>
#include <type_traits>
#include <utility>

#include "bench/machine.h"
#include "hal/cpu.h"
#include "hal/features.h"
#include "hal/roles.h"
#include "percpu/host_registers.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"

extern "C" const char trivet_limit_vectors[];

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The registers of a bank that every CPU has, or with kAll those of every feature too.
template <bool kAll, class Bank>
struct PresentIn;
template <bool kAll, SystemRegister... Rs>
struct PresentIn<kAll, percpu::RegisterBank<Rs...>> {
  template <class R>
  using One = std::conditional_t<kAll || kInfo<R>.needs == Feature::kBase,
                                 std::tuple<std::type_identity<typename NamesAtEl2<R>::E2hClear>>,
                                 std::tuple<>>;
  using List = decltype(std::tuple_cat(One<Rs>()...));
  static bool HasAll() { return (Has<kInfo<Rs>.needs, Cpu>() && ...); }
};
template <bool kAll>
using Controls = typename PresentIn<kAll, percpu::HostControls>::List;
using GuestState = decltype(std::tuple_cat(PresentIn<false, percpu::El1Registers>::List(),
                                           PresentIn<false, percpu::SharedRegisters>::List()));

template <class List, std::size_t kI>
using At = typename std::tuple_element_t<kI, List>::type;
template <class List, std::size_t kI>
inline constexpr bool kIsPair = kI + 1 < std::tuple_size_v<List>;

template <class R>
[[gnu::always_inline]] inline std::uint64_t Get() {
  return Cpu::Read<R>().raw();
}
template <class R>
[[gnu::always_inline]] inline void Set(std::uint64_t value) {
  Cpu::Write<R>(R::Value::FromRaw(value));
}

template <class List, std::size_t kI>
[[gnu::always_inline]] inline void SaveAt(std::uint64_t* to) {
  const std::uint64_t first = Get<At<List, kI>>();
  if constexpr (kIsPair<List, kI>) {
    const std::uint64_t second = Get<At<List, kI + 1>>();
    asm volatile("stp %0, %1, [%2, %3]" ::"r"(first), "r"(second), "r"(to), "i"(8 * kI) : "memory");
  } else {
    to[kI] = first;
  }
}
template <class List, std::size_t kI>
[[gnu::always_inline]] inline void RestoreAt(const std::uint64_t* from) {
  std::uint64_t first = 0, second = 0;
  if constexpr (kIsPair<List, kI>) {
    asm volatile("ldp %0, %1, [%2, %3]"
                 : "=&r"(first), "=r"(second)
                 : "r"(from), "i"(8 * kI)
                 : "memory");
    Set<At<List, kI>>(first);
    Set<At<List, kI + 1>>(second);
  } else {
    Set<At<List, kI>>(from[kI]);
  }
}
/// Calls f<I>() for every second index of a list.
template <class List, class F>
[[gnu::always_inline]] inline void ForPairs(F f) {
  [&]<std::size_t... kI>(std::index_sequence<kI...>) __attribute__((always_inline)) {
    (f.template operator()<2 * kI>(), ...);
  }(std::make_index_sequence<(std::tuple_size_v<List> + 1) / 2>());
}
template <class List>
[[gnu::always_inline]] inline void Save(std::uint64_t* to) {
  ForPairs<List>([to]<std::size_t kI> __attribute__((always_inline)) { SaveAt<List, kI>(to); });
}
template <class List>
[[gnu::always_inline]] inline void Restore(const std::uint64_t* from) {
  ForPairs<List>(
      [from]<std::size_t kI> __attribute__((always_inline)) { RestoreAt<List, kI>(from); });
}
/// What a comparison has to read.
template <class List>
[[gnu::always_inline]] inline void ReadAll() {
  std::apply([]<class... Rs>(std::type_identity<Rs>...)
                 __attribute__((always_inline)) { ((void)Get<Rs>(), ...); },
             List());
}

using Context = std::tuple<std::type_identity<VbarEl2>, std::type_identity<HcrEl2>>;

/// The host's registers, and what an enable writes: in registers, as far as a loop allows.
struct Values {
  std::uint64_t context[2] = {};  // VBAR_EL2, HCR_EL2
  std::uint64_t tpidr = 0;
  std::uint64_t controls[64] = {};
};
struct Ours {
  std::uint64_t tpidr, vtcr, vttbr, vbar, hcr;
};

[[gnu::always_inline]] inline void SwitchHcr(std::uint64_t hcr) {
  Set<HcrEl2>(hcr);
  Cpu::Isb();
  Cpu::Invalidate<Tlbi::kAllE1>();
  Cpu::Dsb<Domain::kNonShareable>();
}

template <bool kAll>
[[gnu::always_inline]] inline void Enter(Values& host, const Ours& ours) {
  Save<Context>(host.context);
  host.tpidr = Get<TpidrEl2>();
  Save<Controls<kAll>>(host.controls);
  Set<TpidrEl2>(ours.tpidr);
  Set<VtcrEl2>(ours.vtcr);
  Set<VttbrEl2>(ours.vttbr);
  Set<VbarEl2>(ours.vbar);
  Cpu::Isb();
  SwitchHcr(ours.hcr);
  Cpu::Isb();
}

template <bool kAll>
[[gnu::always_inline]] inline void Leave(const Values& host) {
  SwitchHcr(host.context[1]);
  Set<VbarEl2>(host.context[0]);
  Restore<Controls<kAll>>(host.controls);
  Cpu::Isb();
  Set<TpidrEl2>(host.tpidr);
  ReadAll<Context>();
  (void)Get<TpidrEl2>();
  ReadAll<Controls<kAll>>();
}

constinit Values host_values, guest_values;

/// The host's registers, kept for the time of a benchmark, and values for EL2.
template <bool kAll>
class Kept {
 public:
  Kept() {
    Save<Context>(host_.context);
    host_.tpidr = Get<TpidrEl2>();
    Save<Controls<kAll>>(host_.controls);
    ours_ = {.tpidr = host_.tpidr,
             .vtcr = percpu::OneLevelStage2().raw(),
             .vttbr = reinterpret_cast<std::uint64_t>(percpu::kEmptyStage2),
             .vbar = reinterpret_cast<std::uint64_t>(trivet_limit_vectors),
             .hcr = host_.context[1] | percpu::DefaultPolicy::kHcrSet.raw()};
    host_values = host_;
  }
  ~Kept() { Leave<kAll>(host_); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  const Ours& ours() const { return ours_; }

 private:
  Values host_;
  Ours ours_;
};

template <bool kAll>
[[gnu::noinline]] void Enables(benchmark::State& state) {
  const Kept<kAll> kept;
  const Ours ours = kept.ours();
  for (auto _ : state) Enter<kAll>(host_values, ours);
}
template <bool kAll>
[[gnu::noinline]] void Disables(benchmark::State& state) {
  const Kept<kAll> kept;
  Enter<kAll>(host_values, kept.ours());
  for (auto _ : state) Leave<kAll>(host_values);
}
/// One guest's registers out, the other's in; EL2's controls and HCR_EL2 for the other.
template <bool kAll>
[[gnu::noinline]] void Switches(benchmark::State& state) {
  const Kept<kAll> kept;
  const std::uint64_t hcr = Get<HcrEl2>();
  for (auto _ : state) {
    Restore<Controls<kAll>>(host_values.controls);
    Set<HcrEl2>(hcr);
    Cpu::Isb();
    Save<GuestState>(guest_values.controls);
    Restore<GuestState>(guest_values.controls);
  }
}

bool HasAllControls() { return PresentIn<true, percpu::HostControls>::HasAll(); }

void EnableFull(benchmark::State& state) {
  const OneCpu machine;
  HasAllControls() ? Enables<true>(state) : Enables<false>(state);
}
BENCHMARK(EnableFull)->Name("limit/enable_full");

void DisableFull(benchmark::State& state) {
  const OneCpu machine;
  HasAllControls() ? Disables<true>(state) : Disables<false>(state);
}
BENCHMARK(DisableFull)->Name("limit/disable_full");

void VcpuSwitch(benchmark::State& state) {
  const OneCpu machine;
  HasAllControls() ? Switches<true>(state) : Switches<false>(state);
}
BENCHMARK(VcpuSwitch)->Name("limit/vcpu_switch");

}  // namespace
}  // namespace trivet::bench
