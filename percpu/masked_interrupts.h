#pragma once

#include "hal/cpu.h"

namespace trivet::percpu {

/// Masks D, A, I and F for its lifetime, then restores the caller's mask.
class MaskedInterrupts {
 public:
  MaskedInterrupts() : before_(hal::Cpu::DaifMask()) {}
  ~MaskedInterrupts() noexcept(false) { hal::Cpu::DaifRestore(before_); }
  MaskedInterrupts(const MaskedInterrupts&) = delete;
  MaskedInterrupts& operator=(const MaskedInterrupts&) = delete;

 private:
  const hal::Daif before_;
};

/// Passed by a caller that runs on the CPU it names, cannot migrate, and has D, A, I and F masked.
/// Unchecked.
struct MaskedAndPinned {};

}  // namespace trivet::percpu
