// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "hal/cpu.h"
#include "hal/registers.h"
#include "sim/pe/scoped_pe.h"
#include "tests/vgic/physical.h"

namespace trivet::tests {

const platforms::InterruptController& ThisController() {
  static const platforms::InterruptController controller = platforms::GicV3{};
  return controller;
}
void EnablePhysical() {
  hal::Cpu::Write<hal::IccSreEl2>(hal::IccSreEl2().sre(true).dfb(true).dib(true).enable(true));
  hal::Cpu::Isb();
  hal::Cpu::Write<hal::IccPmrEl1>(hal::IccPmrEl1().priority(0xff));
  hal::Cpu::Write<hal::IccIgrpen1El1>(hal::IccIgrpen1El1().enable(true));
  hal::Cpu::Isb();
  sim::CurrentPe().RouteMaintenanceInterrupt(kMaintenance);
}
void RaisePhysical(unsigned spi) { sim::CurrentPe().SetInterruptPending(spi); }
bool IsPhysicalActive(unsigned spi) { return sim::CurrentPe().gic().IsActive(spi); }

}  // namespace trivet::tests
