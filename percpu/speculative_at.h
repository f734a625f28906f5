// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>

#include "hal/registers.h"
#include "hal/roles.h"
#include "percpu/guest_registers.h"

/// Work-around kSpeculativeAt (percpu/errata.def): no table walk of the EL1&0 regime while its
/// registers are of two owners. A walk needs TCR_EL1.EPDn clear, or SCTLR_EL1.M clear, where stage
/// 1 is flat and stage 2 is walked. [arm-arm] TCR_EL1.{EPD0, EPD1}, SCTLR_EL1.M.
namespace trivet::percpu {

namespace internal {
template <class R, class B>
[[gnu::always_inline]] inline typename R::Value ReadEl1(B& backend, const CpuTraits& cpu) {
  using Names = hal::NamesAtEl2<R>;
  return R::Value::FromRaw(cpu.e2h() ? backend.template Read<typename Names::E2hSet>().raw()
                                     : backend.template Read<typename Names::E2hClear>().raw());
}
template <class R, class B>
[[gnu::always_inline]] inline void WriteEl1(B& backend, const CpuTraits& cpu,
                                            typename R::Value value) {
  using Set = typename hal::NamesAtEl2<R>::E2hSet;
  using Clear = typename hal::NamesAtEl2<R>::E2hClear;
  if (cpu.e2h()) return backend.template Write<Set>(Set::Value::FromRaw(value.raw()));
  backend.template Write<Clear>(Clear::Value::FromRaw(value.raw()));
}
}  // namespace internal

/// What to write of a LoadBank while walks are `off`: with walks still off, and stage 1 on.
struct WithoutWalks {
  bool off;
  template <class R>
  constexpr std::uint64_t operator()(std::uint64_t value) const {
    constexpr std::uint64_t kEpd = hal::TcrEl1().epd0(true).epd1(true).raw();
    constexpr std::uint64_t kM = hal::SctlrEl1().m(true).raw();
    if (std::same_as<R, hal::TcrEl1>) return value | off * kEpd;
    if (std::same_as<R, hal::SctlrEl1>) return value | off * kM;
    return value;
  }
};

/// TCR_EL1 and SCTLR_EL1 of this CPU into `bank`.
template <class B>
void SaveWalks(B& backend, const CpuTraits& cpu, LoadBank& bank) {
  bank.Set<hal::TcrEl1>(internal::ReadEl1<hal::TcrEl1>(backend, cpu));
  bank.Set<hal::SctlrEl1>(internal::ReadEl1<hal::SctlrEl1>(backend, cpu));
}

/// Walks of stage 1's tables off, and only then stage 1 on: no walk of either stage from here on.
template <class B>
[[gnu::always_inline]] inline void StopWalks(B& backend, const CpuTraits& traits) {
  const CpuTraits cpu = traits;  // In a register: a register access may change memory.
  using hal::SctlrEl1;
  using hal::TcrEl1;
  const TcrEl1 tcr = internal::ReadEl1<TcrEl1>(backend, cpu);
  internal::WriteEl1<TcrEl1>(backend, cpu, tcr.epd0(true).epd1(true));
  backend.Isb();
  const SctlrEl1 sctlr = internal::ReadEl1<SctlrEl1>(backend, cpu);
  internal::WriteEl1<SctlrEl1>(backend, cpu, sctlr.m(true));
  backend.Isb();
}

/// The reverse, once the rest of `next` is in effect. A walk sees all of `next` or does not happen:
/// TCR_EL1 needs no barrier behind it.
template <class B>
[[gnu::always_inline]] inline void StartWalks(B& backend, const CpuTraits& traits,
                                              const LoadBank& next) {
  const CpuTraits cpu = traits;
  internal::WriteEl1<hal::SctlrEl1>(backend, cpu, next.Get<hal::SctlrEl1>());
  backend.Isb();
  internal::WriteEl1<hal::TcrEl1>(backend, cpu, next.Get<hal::TcrEl1>());
}

}  // namespace trivet::percpu
