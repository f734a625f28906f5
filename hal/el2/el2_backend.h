// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/backend.h"

namespace trivet::hal {

/// The real thing: each function is the one instruction it names.
struct El2Backend {
  /// One MRS. Registers are named by number, so the assembler's age does not matter.
  template <ReadableRegister R>
  [[gnu::always_inline]] static typename R::Value Read() {
    static constexpr Encoding kE = kInfo<R>.encoding;
    std::uint64_t raw;
    asm volatile("mrs %0, s%c1_%c2_c%c3_c%c4_%c5"
                 : "=r"(raw)
                 : "i"(kE.op0), "i"(kE.op1), "i"(kE.crn), "i"(kE.crm), "i"(kE.op2));
    return R::Value::FromRaw(raw);
  }

  /// One MSR. Takes effect as the register's description states: usually after the next Isb().
  template <WritableRegister R>
  [[gnu::always_inline]] static void Write(typename R::Value value) {
    static constexpr Encoding kE = kInfo<R>.encoding;
    asm volatile("msr s%c1_%c2_c%c3_c%c4_%c5, %x0"
                 :
                 : "rZ"(value.raw()), "i"(kE.op0), "i"(kE.op1), "i"(kE.crn), "i"(kE.crm),
                   "i"(kE.op2)
                 : "memory");
  }

  [[gnu::always_inline]] static void Isb() { asm volatile("isb" ::: "memory"); }

  template <Domain kDomain>
  [[gnu::always_inline]] static void Dsb() {
    if constexpr (kDomain == Domain::kNonShareable) asm volatile("dsb nsh" ::: "memory");
    if constexpr (kDomain == Domain::kInnerShareable) asm volatile("dsb ish" ::: "memory");
    if constexpr (kDomain == Domain::kFullSystem) asm volatile("dsb sy" ::: "memory");
  }

  template <Tlbi kOperation>
  [[gnu::always_inline]] static void Invalidate() {
    if constexpr (kOperation == Tlbi::kAllE1) asm volatile("tlbi alle1" ::: "memory");
    if constexpr (kOperation == Tlbi::kAllE1Is) asm volatile("tlbi alle1is" ::: "memory");
    if constexpr (kOperation == Tlbi::kVmallS12E1) asm volatile("tlbi vmalls12e1" ::: "memory");
    if constexpr (kOperation == Tlbi::kVmallS12E1Is) asm volatile("tlbi vmalls12e1is" ::: "memory");
    if constexpr (kOperation == Tlbi::kAllE2) asm volatile("tlbi alle2" ::: "memory");
  }

  template <At kAccess>
  [[gnu::always_inline]] static void Translate(std::uint64_t address) {
    if constexpr (kAccess == At::kS1E1R) asm volatile("at s1e1r, %0" ::"r"(address) : "memory");
    if constexpr (kAccess == At::kS1E1W) asm volatile("at s1e1w, %0" ::"r"(address) : "memory");
    if constexpr (kAccess == At::kS1E0R) asm volatile("at s1e0r, %0" ::"r"(address) : "memory");
    if constexpr (kAccess == At::kS1E0W) asm volatile("at s1e0w, %0" ::"r"(address) : "memory");
  }

  [[gnu::always_inline]] static Daif DaifMask() {
    const Daif before = Read<Daif>();
    asm volatile("msr daifset, #0xf" ::: "memory");
    return before;
  }
  [[gnu::always_inline]] static void DaifRestore(Daif daif) { Write<Daif>(daif); }

  [[gnu::always_inline]] static CpuId CurrentCpu() {
    return CpuId::FromMpidr(Read<MpidrEl1>().raw());
  }
};

static_assert(Backend<El2Backend>);

}  // namespace trivet::hal
