// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/hosted/own_interrupt.h"

#include <cstdint>
#include <type_traits>
#include <variant>

#include "hal/cpu.h"
#include "hal/registers.h"
#include "platforms/hosted/host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// [bsa] "PPI assignments": the virtual timer.
constexpr std::uint32_t kVirtualTimer = 27;

/// The result of `use` of the interrupt controller; false where none is known.
template <class Use>
bool WithController(Use use) {
  return std::visit(
      [&]<class Controller>(const Controller& controller) {
        if constexpr (std::is_same_v<Controller, platforms::None>) {
          return false;
        } else {
          return use(controller);
        }
      },
      platforms::hosted::Machine().interrupt_controller);
}

}  // namespace

OwnInterrupt::OwnInterrupt(bool wanted) {
  if (!wanted) return;
  is_enabled_ = WithController([](const auto& controller) {
    controller.InitThisCpu();
    controller.Enable(kVirtualTimer);
    return true;
  });
}

OwnInterrupt::~OwnInterrupt() {
  if (!is_enabled_) return;
  WithController([](const auto& controller) {
    controller.Disable(kVirtualTimer);
    return true;
  });
}

bool OwnInterrupt::Take() const {
  if (!is_enabled_) return false;
  return WithController([](const auto& controller) {
    const std::uint32_t intid = controller.Acknowledge();
    Cpu::Write<CntvCtlEl0>({});
    Cpu::Isb();
    if (intid == kVirtualTimer) controller.End(intid);
    return intid == kVirtualTimer;
  });
}

}  // namespace trivet::tests
