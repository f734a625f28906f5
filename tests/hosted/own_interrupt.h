// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

namespace trivet::tests {

/// The guest's virtual timer as an interrupt of this image, for firmware that does not use the
/// interrupt controller and keeps IRQ masked, as U-Boot does: its handler would reset the machine.
class OwnInterrupt {
 public:
  /// If `wanted` and the device tree has a controller: prepares it, and enables the
  /// timer's interrupt on this CPU. IRQ masked from here to the end.
  explicit OwnInterrupt(bool wanted);
  ~OwnInterrupt();
  OwnInterrupt(const OwnInterrupt&) = delete;
  OwnInterrupt& operator=(const OwnInterrupt&) = delete;

  bool is_enabled() const { return is_enabled_; }
  /// Acknowledges the timer's interrupt, stops the timer, and ends the interrupt. A guest is
  /// loaded. False: another interrupt, or the firmware takes interrupts.
  bool Take() const;

 private:
  bool is_enabled_ = false;
};

}  // namespace trivet::tests
