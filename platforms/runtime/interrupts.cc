// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "platforms/runtime/interrupts.h"

#include <concepts>

#include "hal/cpu.h"
#include "platforms/runtime/cpus.h"
#include "platforms/runtime/machine.h"
#include "platforms/runtime/power.h"
#include "platforms/runtime/raw_console.h"

namespace trivet::platforms {
namespace {

constexpr int kStatusNoController = 103;

/// Calls `use` with the machine's interrupt controller.
template <class Use>
auto WithController(Use use) {
  return std::visit(
      [&]<class Controller>(const Controller& controller) -> decltype(use(GicV3())) {
        if constexpr (std::same_as<Controller, None>) {
          RawConsoleWrite(
              "platforms/runtime: the device tree has no interrupt controller that is known "
              "here\n");
          PowerOff(kStatusNoController);
        } else {
          return use(controller);
        }
      },
      ThisMachine().interrupt_controller);
}

}  // namespace

void InterruptsInitThisCpu() {
  using hal::HcrEl2;
  hal::Cpu::Write<HcrEl2>(hal::Cpu::Read<HcrEl2>().fmo(true).imo(true).amo(true));
  hal::Cpu::Isb();
  WithController([](const auto& controller) { controller.InitThisCpu(); });
}

void EnableInterrupt(unsigned intid) {
  WithController([=](const auto& controller) { controller.Enable(intid); });
}
void DisableInterrupt(unsigned intid) {
  WithController([=](const auto& controller) { controller.Disable(intid); });
}

std::uint32_t AcknowledgeInterrupt() {
  return WithController([](const auto& controller) { return controller.Acknowledge(); });
}
void EndInterrupt(std::uint32_t acknowledged) {
  WithController([=](const auto& controller) { controller.End(acknowledged); });
}

void SendSelfInterrupt(unsigned sgi) { SendInterrupt(ThisCpuIndex(), sgi); }
void SendInterrupt(unsigned cpu, unsigned sgi) {
  const std::uint64_t affinity = ThisMachine().cpus.all()[cpu].affinity;
  WithController([=](const auto& controller) { controller.SendSgi(affinity, sgi); });
}

bool EnableFiq(unsigned sgi) {
  return WithController([=](const auto& controller) { return controller.EnableFiq(sgi); });
}
void SendSelfFiq(unsigned sgi) {
  WithController(
      [=](const auto& controller) { controller.SendFiq(hal::Cpu::CurrentCpu().affinity, sgi); });
}
std::uint32_t AcknowledgeFiq() {
  return WithController([](const auto& controller) { return controller.AcknowledgeFiq(); });
}
void EndFiq(std::uint32_t acknowledged) {
  WithController([=](const auto& controller) { controller.EndFiq(acknowledged); });
}

}  // namespace trivet::platforms
