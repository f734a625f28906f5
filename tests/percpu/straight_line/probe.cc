// One function per transition, for straight_line_test to look at.

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
void EnableForGoodSteps(const Intent& intent) {
  Cpu cpu;
  EnableForGood::Do(cpu, intent);
}
void DisableForGoodSteps(const Intent& intent) {
  Cpu cpu;
  EnableForGood::Undo(cpu, intent);
}
void EnableChainedSteps(const Intent& intent) {
  Cpu cpu;
  EnableChained::Do(cpu, intent);
}
void DisableChainedSteps(const Intent& intent) {
  Cpu cpu;
  EnableChained::Undo(cpu, intent);
}
void EnableForRunsSteps(const Intent& intent) {
  Cpu cpu;
  EnableForRuns::Do(cpu, intent);
}
void DisableForRunsSteps(const Intent& intent) {
  Cpu cpu;
  EnableForRuns::Undo(cpu, intent);
}
void IntoRun(const World& guest) {
  Cpu cpu;
  SwitchForRun::Into(cpu, guest);
}
void OutOfRun(const World& host) {
  Cpu cpu;
  SwitchForRun::OutOf(cpu, host);
}
Status MinimalEnable(MinimalCpu<ProbeHost>& cpu) { return cpu.HardwareEnable(MaskedAndPinned()); }
Status MinimalDisable(MinimalCpu<ProbeHost>& cpu) { return cpu.HardwareDisable(MaskedAndPinned()); }
}

}  // namespace trivet::percpu
