// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/backend.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::sim {

/// The simulator's hal::Backend: every call is one instruction of this host thread's current Pe.
/// Throws Violation when there is none, and whatever the Pe throws.
struct SimBackend {
  template <hal::ReadableRegister R>
  static typename R::Value Read() {
    return R::Value::FromRaw(ScopedPe::Current().Read(hal::kInfo<R>.id));
  }

  template <hal::WritableRegister R>
  [[gnu::always_inline]] static void Write(typename R::Value value) {
    ScopedPe::Current().Write(hal::kInfo<R>.id, value.raw());
  }

  static void Isb() { ScopedPe::Current().Isb(); }

  template <hal::Domain kDomain>
  static void Dsb() {
    ScopedPe::Current().Dsb(kDomain);
  }

  template <hal::Tlbi kOperation>
  static void Invalidate() {
    ScopedPe::Current().Invalidate(kOperation);
  }

  template <hal::At kAccess>
  static void Translate(std::uint64_t address) {
    ScopedPe::Current().Translate(kAccess, address);
  }

  static hal::Daif DaifMask() { return hal::Daif::FromRaw(ScopedPe::Current().DaifMask()); }
  static void DaifRestore(hal::Daif daif) { ScopedPe::Current().DaifRestore(daif.raw()); }
  static CpuId CurrentCpu() { return ScopedPe::Current().CurrentCpu(); }
};

static_assert(hal::Backend<SimBackend>);

}  // namespace trivet::sim
