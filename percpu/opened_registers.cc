// SPDX-License-Identifier: Apache-2.0 OR MIT
// The registers of capabilities but for debug and performance monitors.

#include "hal/cpu.h"
#include "percpu/guest_registers.h"
#include "percpu/parts.h"

namespace trivet::percpu {
namespace {

using hal::Capabilities;
using hal::Capability;
using hal::Cpu;

void Save(OwnedRegisters& to, SwitchTime when, const CpuTraits& traits, Capabilities open) {
  Cpu cpu;
  switch (when) {
    case SwitchTime::kOnLoad: return to.opened_load.Save(cpu, traits, open);
    case SwitchTime::kOnRun: return to.opened_run.Save(cpu, traits, open);
    case SwitchTime::kEachRun: return to.each_run.Save(cpu, traits, open);
  }
}

void Restore(const OwnedRegisters& from, SwitchTime when, const CpuTraits& traits,
             Capabilities open) {
  Cpu cpu;
  switch (when) {
    case SwitchTime::kOnLoad: return from.opened_load.Restore(cpu, traits, open);
    case SwitchTime::kOnRun: return from.opened_run.Restore(cpu, traits, open);
    case SwitchTime::kEachRun: return from.each_run.Restore(cpu, traits, open);
  }
}

}  // namespace

constinit const RegisterPart kRegisterPart = {
    .serves = internal::kRegisterCapabilities.Without(Capability::kDebug | Capability::kPmu),
    .save = &Save,
    .restore = &Restore};

}  // namespace trivet::percpu
