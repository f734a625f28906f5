// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/debug_state.h"

#include "hal/cpu.h"
#include "hal/registers.h"
#include "percpu/parts.h"
#include "percpu/register_family.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using Breakpoints = FamilyOf<void
#define BREAKPOINT(Type) , Type
#include "hal/regs/guest.def"
                             >;
using BreakpointControls = FamilyOf<void
#define BREAKPOINT_CONTROL(Type) , Type
#include "hal/regs/guest.def"
                                    >;
using Watchpoints = FamilyOf<void
#define WATCHPOINT(Type) , Type
#include "hal/regs/guest.def"
                             >;
using WatchpointControls = FamilyOf<void
#define WATCHPOINT_CONTROL(Type) , Type
#include "hal/regs/guest.def"
                                    >;

constexpr std::uint64_t kAllClaims = 0xff;

struct Counts {
  unsigned breakpoints, watchpoints;
};
/// [arm-arm] ID_AA64DFR0_EL1.{BRPs, WRPs}: one less than there are.
Counts OfThisCpu() {
  const IdAa64Dfr0El1 id = Cpu::Read<IdAa64Dfr0El1>();
  return {id.brps() + 1u, id.wrps() + 1u};
}

void SetOsLock(std::uint64_t lock) { Cpu::Write<OslarEl1>(OslarEl1::FromRaw(lock)); }

}  // namespace

/// [arm-arm] OSLAR_EL1, "The OS Save and Restore mechanism": OSECCR_EL1 is software's while the
/// lock is set, which also keeps half a set of breakpoints from matching.
void DebugState::Save() {
  os_lock = Cpu::Read<OslsrEl1>().oslk() ? 1 : 0;
  SetOsLock(1);
  Cpu::Isb();
  double_lock = Cpu::Read<OsdlrEl1>().raw();
  interrupts = Cpu::Read<MdccintEl1>().raw();
  catches = Cpu::Read<OseccrEl1>().raw();
  claims = static_cast<std::uint8_t>(Cpu::Read<DbgclaimclrEl1>().raw() & kAllClaims);
  const Counts counts = OfThisCpu();
  Breakpoints::Save(breakpoints.data(), counts.breakpoints);
  BreakpointControls::Save(breakpoint_controls.data(), counts.breakpoints);
  Watchpoints::Save(watchpoints.data(), counts.watchpoints);
  WatchpointControls::Save(watchpoint_controls.data(), counts.watchpoints);
}

void DebugState::Restore() const {
  SetOsLock(1);
  Cpu::Isb();
  Cpu::Write<OsdlrEl1>(OsdlrEl1::FromRaw(double_lock));
  Cpu::Write<MdccintEl1>(MdccintEl1::FromRaw(interrupts));
  Cpu::Write<OseccrEl1>(OseccrEl1::FromRaw(catches));
  AssignBits<DbgclaimsetEl1, DbgclaimclrEl1>(claims, kAllClaims);
  const Counts counts = OfThisCpu();
  Breakpoints::Restore(breakpoints.data(), counts.breakpoints);
  BreakpointControls::Restore(breakpoint_controls.data(), counts.breakpoints);
  Watchpoints::Restore(watchpoints.data(), counts.watchpoints);
  WatchpointControls::Restore(watchpoint_controls.data(), counts.watchpoints);
  SetOsLock(os_lock);
}

constinit const RegisterPart kDebugPart = {
    .serves = Capability::kDebug,
    .save =
        [](OwnedRegisters& to, SwitchTime when, const CpuTraits&, Capabilities) {
          if (when == SwitchTime::kOnRun) to.debug.Save();
        },
    .restore =
        [](const OwnedRegisters& from, SwitchTime when, const CpuTraits&, Capabilities) {
          if (when == SwitchTime::kOnRun) from.debug.Restore();
        }};

}  // namespace trivet::percpu
