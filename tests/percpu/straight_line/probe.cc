// SPDX-License-Identifier: Apache-2.0 OR MIT
// One function for each transition; straight_line_test reads their disassembly.

#include "hal/cpu.h"
#include "percpu/minimal_cpu.h"
#include "percpu/steps.h"

namespace trivet::percpu {
namespace {

struct ProbeHost {
  static vectors::Handlers HandlersFor(CpuId);
};

using hal::Cpu;

}  // namespace

extern "C" {
void EnablePerEnableSteps(const TransitionState& transition) {
  Cpu cpu;
  EnablePerEnable::Do(cpu, transition);
}
void DisablePerEnableSteps(const TransitionState& transition) {
  Cpu cpu;
  EnablePerEnable::Undo(cpu, transition);
}
void EnableWithHostTpidrSteps(const TransitionState& transition) {
  Cpu cpu;
  EnableWithHostTpidr::Do(cpu, transition);
}
void DisableWithHostTpidrSteps(const TransitionState& transition) {
  Cpu cpu;
  EnableWithHostTpidr::Undo(cpu, transition);
}
void EnablePerRunSteps(const TransitionState& transition) {
  Cpu cpu;
  EnablePerRun::Do(cpu, transition);
}
void DisablePerRunSteps(const TransitionState& transition) {
  Cpu cpu;
  EnablePerRun::Undo(cpu, transition);
}
void IntoRun(const El2Context& guest, Workarounds workarounds) {
  Cpu cpu;
  SwitchForRun::Into(cpu, guest, workarounds);
}
void OutOfRun(const El2Context& host, Workarounds workarounds) {
  Cpu cpu;
  SwitchForRun::OutOf(cpu, host, workarounds);
}
Status MinimalEnable(MinimalCpu<ProbeHost>& cpu) { return cpu.HardwareEnable(MaskedAndPinned()); }
Status MinimalDisable(MinimalCpu<ProbeHost>& cpu) { return cpu.HardwareDisable(MaskedAndPinned()); }
}

}  // namespace trivet::percpu
