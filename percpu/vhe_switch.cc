// SPDX-License-Identifier: Apache-2.0 OR MIT
// Loads and runs under a VHE host.

#include "percpu/parts.h"
#include "percpu/per_cpu_state.h"
#include "percpu/switching.h"

namespace trivet::percpu {

struct VheSwitch {
  static void SaveBase(const PerCpuState& cpu, OwnedRegisters& owner) {
    cpu.SaveBaseAs<true>(owner);
  }
  static void RestoreBase(const PerCpuState& cpu, const OwnedRegisters& next) {
    cpu.RestoreBaseAs<true>(next);
  }
  static void SaveControls(const PerCpuState& cpu, GuestControls& to) {
    cpu.SaveControlsAs<true>(to);
  }
  static void SwitchTo(PerCpuState& cpu, Guest* owner, Guest& next, bool has_more,
                       bool same_traps) {
    cpu.SwitchTo<true>(owner, next, has_more, same_traps);
  }
  static void BeginRun(PerCpuState& cpu) { cpu.BeginRunAs<true>(); }
  static void EndRun(PerCpuState& cpu) { cpu.EndRunAs<true>(); }
  static void RestoreAfterRun(PerCpuState& cpu) { cpu.RestoreAfterRunAs<true>(); }
};

constinit const VhePart kVhePart = {.save_base = &VheSwitch::SaveBase,
                                    .restore_base = &VheSwitch::RestoreBase,
                                    .save_controls = &VheSwitch::SaveControls,
                                    .switch_to = &VheSwitch::SwitchTo,
                                    .begin_run = &VheSwitch::BeginRun,
                                    .end_run = &VheSwitch::EndRun,
                                    .restore_after_run = &VheSwitch::RestoreAfterRun};

}  // namespace trivet::percpu
