#pragma once

namespace trivet::tests {

/// The guest's virtual timer as an interrupt of ours, for hosts that leave the machine's interrupt
/// controller alone and keep IRQ masked, as U-Boot does: a handler of theirs would be the end.
class OwnInterrupt {
 public:
  /// If `wanted` and the device tree says where the controller is: readies it, and enables the
  /// timer's interrupt on this CPU. IRQ masked from here to the end.
  explicit OwnInterrupt(bool wanted);
  ~OwnInterrupt();
  OwnInterrupt(const OwnInterrupt&) = delete;
  OwnInterrupt& operator=(const OwnInterrupt&) = delete;

  bool is_enabled() const { return is_enabled_; }
  /// Acknowledges the timer's interrupt, stops the timer, and ends the interrupt. A guest is
  /// loaded. False: it was not that one, or it is not ours to take.
  bool Take() const;

 private:
  bool is_enabled_ = false;
};

}  // namespace trivet::tests
