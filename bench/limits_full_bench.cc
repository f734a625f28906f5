// SPDX-License-Identifier: Apache-2.0 OR MIT
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
#include "percpu/guest_registers.h"
#include "percpu/policy.h"
#include "percpu/stage2_guard.h"

extern "C" const char trivet_limit_vectors[];

namespace trivet::bench {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The registers of the CPU models of the table, by their features.
enum class Model : std::uint8_t { kPlain, kGicV3, kMax };

constexpr bool Has(Model model, Feature feature) {
  switch (feature) {
    case Feature::kBase:
    case Feature::kPmuV3: return true;
    case Feature::kGicV3: return model != Model::kPlain;
    case Feature::kHcx:
    case Feature::kFgt:
    case Feature::kRas: return model == Model::kMax;
    default: return false;
  }
}

template <Model kModel, class Bank>
struct PresentIn;
template <Model kModel, SystemRegister... Rs>
struct PresentIn<kModel, percpu::RegisterBank<Rs...>> {
  template <class R>
  using One = std::conditional_t<Has(kModel, kInfo<R>.needs),
                                 std::tuple<std::type_identity<typename NamesAtEl2<R>::E2hClear>>,
                                 std::tuple<>>;
  using List = decltype(std::tuple_cat(One<Rs>()...));
};
/// The other guest has the same capabilities: its traps are in place.
template <Model kModel>
using Controls = typename PresentIn<kModel, percpu::IdentityBank>::List;
template <Model kModel>
using GuestState = decltype(std::tuple_cat(typename PresentIn<kModel, percpu::LoadBank>::List(),
                                           typename PresentIn<kModel, percpu::RunBank>::List()));
using Stage2 = std::tuple<std::type_identity<VtcrEl2>, std::type_identity<VttbrEl2>>;

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

[[gnu::always_inline]] inline void Enter(Values& host, const Ours& ours) {
  Save<Context>(host.context);
  host.tpidr = Get<TpidrEl2>();
  Save<Stage2>(host.controls);
  Set<TpidrEl2>(ours.tpidr);
  Set<VtcrEl2>(ours.vtcr);
  Set<VttbrEl2>(ours.vttbr);
  Set<VbarEl2>(ours.vbar);
  Cpu::Isb();
  SwitchHcr(ours.hcr);
  Cpu::Isb();
}

[[gnu::always_inline]] inline void Leave(const Values& host) {
  SwitchHcr(host.context[1]);
  Set<VbarEl2>(host.context[0]);
  Restore<Stage2>(host.controls);
  Cpu::Isb();
  Set<TpidrEl2>(host.tpidr);
  ReadAll<Context>();
  (void)Get<TpidrEl2>();
  ReadAll<Stage2>();
}

constinit Values host_values, guest_values;

/// The host's registers, kept for the time of a benchmark, and values for EL2.
class Kept {
 public:
  Kept() {
    Save<Context>(host_.context);
    host_.tpidr = Get<TpidrEl2>();
    Save<Stage2>(host_.controls);
    ours_ = {.tpidr = host_.tpidr,
             .vtcr = percpu::OneLevelStage2().raw(),
             .vttbr = reinterpret_cast<std::uint64_t>(percpu::kEmptyStage2),
             .vbar = reinterpret_cast<std::uint64_t>(trivet_limit_vectors),
             .hcr = host_.context[1] | percpu::DefaultPolicy::kHcrSet.raw()};
    host_values = host_;
  }
  ~Kept() { Leave(host_); }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;
  const Ours& ours() const { return ours_; }

 private:
  Values host_;
  Ours ours_;
};

[[gnu::noinline]] void Enables(benchmark::State& state) {
  const Kept kept;
  const Ours ours = kept.ours();
  for (auto _ : state) Enter(host_values, ours);
}
[[gnu::noinline]] void Disables(benchmark::State& state) {
  const Kept kept;
  Enter(host_values, kept.ours());
  for (auto _ : state) Leave(host_values);
}
/// One guest's registers out, the other's in; its identity and HCR_EL2 for the other.
template <Model kModel>
[[gnu::noinline]] void Switches(benchmark::State& state) {
  const Kept kept;
  const std::uint64_t hcr = Get<HcrEl2>();
  Values controls;
  Save<Controls<kModel>>(controls.controls);
  for (auto _ : state) {
    Restore<Controls<kModel>>(controls.controls);
    Set<HcrEl2>(hcr);
    Cpu::Isb();
    Save<GuestState<kModel>>(guest_values.controls);
    Restore<GuestState<kModel>>(guest_values.controls);
  }
}

Model ModelHere() {
  if (!hal::Has<Feature::kGicV3, Cpu>()) return Model::kPlain;
  const bool max = hal::Has<Feature::kHcx, Cpu>() && hal::Has<Feature::kFgt, Cpu>();
  return max ? Model::kMax : Model::kGicV3;
}

void EnableFull(benchmark::State& state) {
  const OneCpu machine;
  Enables(state);
}
BENCHMARK(EnableFull)->Name("limit/enable_full");

void DisableFull(benchmark::State& state) {
  const OneCpu machine;
  Disables(state);
}
BENCHMARK(DisableFull)->Name("limit/disable_full");

void VcpuSwitch(benchmark::State& state) {
  const OneCpu machine;
  switch (ModelHere()) {
    case Model::kPlain: return Switches<Model::kPlain>(state);
    case Model::kGicV3: return Switches<Model::kGicV3>(state);
    case Model::kMax: return Switches<Model::kMax>(state);
  }
}
BENCHMARK(VcpuSwitch)->Name("limit/vcpu_switch");

}  // namespace
}  // namespace trivet::bench
