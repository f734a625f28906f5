// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/capability.h"
#include "percpu/debug_state.h"
#include "percpu/pmu_state.h"
#include "percpu/register_bank.h"

/// The registers that a guest has of its own, and the EL2 controls that make it a guest: lists of
/// hal/regs/guest.def.
namespace trivet::percpu {

namespace internal {
/// A list that starts with a comma, from a .def file.
template <class, class... Rs>
using BankOf = RegisterBank<Rs...>;
}  // namespace internal

// Controls of EL2 that are a guest's while it runs. Not VBAR_EL2, HCR_EL2 and TPIDR_EL2: each of
// those has its own step and barrier in every transition.

/// A guest's own stage 2, identity and time.
using IdentityBank = internal::BankOf<void
#define CONFIGURED(Type) , hal::Type
#include "hal/regs/guest.def"
                                      >;
using CommonTrapBank = internal::BankOf<void
#define CONTROLLED(Type) , hal::Type
#define SELDOM(Type)
#include "hal/regs/guest.def"
                                        >;
using SeldomTrapBank = internal::BankOf<void
#define SELDOM(Type) , hal::Type
#include "hal/regs/guest.def"
                                        >;

/// Traps and enables: the same for guests with the same capabilities under one host. What few CPUs
/// have costs the others one test.
struct TrapBank : CommonTrapBank {
  SeldomTrapBank seldom;

  static constexpr bool HasSeldom(const CpuTraits& cpu) {
    return cpu.Has<hal::Feature::kFgt2>() || cpu.Has<hal::Feature::kFgtAmu>();
  }
  template <class B>
  [[gnu::always_inline]] void SaveCommon(B& backend, const CpuTraits& cpu) {
    CommonTrapBank::Save(backend, cpu, hal::kAllCapabilities);
  }
  template <class B>
  [[gnu::always_inline]] void Save(B& backend, const CpuTraits& cpu) {
    SaveCommon(backend, cpu);
    if (HasSeldom(cpu)) [[unlikely]]
      seldom.Save(backend, cpu);
  }
  template <class B>
  [[gnu::always_inline]] void Restore(B& backend, const CpuTraits& cpu) const {
    CommonTrapBank::Restore(backend, cpu, hal::kAllCapabilities);
    if (HasSeldom(cpu)) [[unlikely]]
      seldom.Restore(backend, cpu);
  }
};

struct GuestControls {
  IdentityBank identity;
  TrapBank traps;

  template <class B>
  [[gnu::always_inline]] void Save(B& backend, const CpuTraits& cpu) {
    identity.Save(backend, cpu);
    traps.Save(backend, cpu);
  }
  template <class B>
  [[gnu::always_inline]] void Restore(B& backend, const CpuTraits& cpu) const {
    identity.Restore(backend, cpu);
    traps.Restore(backend, cpu);
  }
};

/// A guest's registers that are switched when another guest, or the host, takes its place.
using LoadBank = internal::BankOf<void
#define ON_LOAD(Type) , hal::Type
#include "hal/regs/guest.def"
                                  >;
/// Those that a VHE host uses by the same names: switched with every run there.
using RunBank = internal::BankOf<void
#define ON_RUN(Type) , hal::Type
#define HELD(Type, control, capability) , hal::Type
#include "hal/regs/guest.def"
                                 >;

// The registers of capabilities: a guest that has none of them skips these banks.
#define OPENED_OnLoad(Type)
#define OPENED_OnRun(Type)
#define OPENED_EachRun(Type)

#undef OPENED_OnLoad
#define OPENED_OnLoad(Type) , hal::Type
using OpenedLoadBank = internal::BankOf<void
#define OPENED(Type, When, capability) OPENED_##When(Type)
#include "hal/regs/guest.def"
                                        >;
#undef OPENED_OnLoad
#define OPENED_OnLoad(Type)
#undef OPENED_OnRun
#define OPENED_OnRun(Type) , hal::Type
/// Debug: percpu/debug_state.h.
using OpenedRunBank = internal::BankOf<void
#define DEBUG(Type)
#define OPENED(Type, When, capability) OPENED_##When(Type)
#include "hal/regs/guest.def"
                                       >;
#undef OPENED_OnRun
#define OPENED_OnRun(Type)
#undef OPENED_EachRun
#define OPENED_EachRun(Type) , hal::Type
/// Those that every host uses at EL2. The performance monitors: percpu/pmu_state.h.
using EachRunBank = internal::BankOf<void
#define OPENED(Type, When, capability) OPENED_##When(Type)
#define MONITOR(Type)
#include "hal/regs/guest.def"
                                     >;
#undef OPENED_OnLoad
#undef OPENED_OnRun
#undef OPENED_EachRun

/// The capabilities of a guest whose runs switch registers under any host.
inline constexpr hal::Capabilities kSwitchedEachRun = [] {
  hal::Capabilities set;
#define SWITCHED_OnLoad(capability)
#define SWITCHED_OnRun(capability)
#define SWITCHED_EachRun(capability) set = set | hal::Capability::capability;
#define OPENED(Type, When, capability) SWITCHED_##When(capability)
#include "hal/regs/guest.def"
#undef SWITCHED_OnLoad
#undef SWITCHED_OnRun
#undef SWITCHED_EachRun
  return set;
}();

class PerCpuState;

/// What a guest has of an interrupt controller, switched with its registers: supplied by a manager
/// of list registers (vgic/). Called on the guest's CPU at EL2, interrupts masked.
struct GuestInterrupts {
  /// Before a guest's registers are saved, and after they are restored: `each_run` says that EL2's
  /// controls are the host's until `resume`.
  void (*unload)(GuestInterrupts&) = nullptr;
  void (*load)(GuestInterrupts&, bool each_run) = nullptr;
  /// Around each run under a VHE host: the guest's ICH_HCR_EL2 comes and goes.
  void (*resume)(GuestInterrupts&) = nullptr;
  void (*suspend)(GuestInterrupts&) = nullptr;
  /// The loaded guest is lost: at a panic, from any point of the calls above, `powered`, after the
  /// host's other registers came back; and, without access to it, when its CPU lost power.
  void (*abandon)(GuestInterrupts&, bool powered) = nullptr;
  hal::Capabilities opens = {};  ///< Capabilities that the guest needs for it.
};

/// The registers of a guest outside its frame, or the host's values of the same registers.
struct OwnedRegisters {
  LoadBank load;
  RunBank run;
  OpenedLoadBank opened_load;
  OpenedRunBank opened_run;
  EachRunBank each_run;
  DebugState debug;
  PmuState pmu;
  hal::Capabilities open;  ///< Whose registers are in the last five.
  bool has_more = false;   ///< Something in `open`, or interrupts.
};

struct GuestRegisters : OwnedRegisters {
  PerCpuState* loaded_on = nullptr;       ///< The CPU that has the values; these are stale then.
  GuestInterrupts* interrupts = nullptr;  ///< Null: none.
  bool lost = false;                      ///< That CPU lost power: there are no values any more.
};

}  // namespace trivet::percpu
