#pragma once

#include "hal/cpu.h"

namespace trivet::percpu {

/// Masks D, A, I and F for its lifetime and then restores what the caller had: it never unmasks.
class MaskedInterrupts {
 public:
  MaskedInterrupts() : before_(hal::Cpu::DaifMask()) {}
  ~MaskedInterrupts() noexcept(false) { hal::Cpu::DaifRestore(before_); }
  MaskedInterrupts(const MaskedInterrupts&) = delete;
  MaskedInterrupts& operator=(const MaskedInterrupts&) = delete;

 private:
  const hal::Daif before_;
};

/// The caller's word that it is on the CPU it names, cannot leave it, and has D, A, I and F masked.
struct MaskedAndPinned {};

}  // namespace trivet::percpu
