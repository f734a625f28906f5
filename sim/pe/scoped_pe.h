// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "sim/pe/pe.h"

namespace trivet::sim {

/// Makes a Pe the one that hal::Cpu means on this host thread, for as long as it lives. Nests.
class ScopedPe {
 public:
  explicit ScopedPe(Pe& pe) : previous_(current_) { current_ = &pe; }
  ~ScopedPe() { current_ = previous_; }
  ScopedPe(const ScopedPe&) = delete;
  ScopedPe& operator=(const ScopedPe&) = delete;

  /// Throws Violation when no Pe is current on this thread.
  static Pe& Current() {
    if (current_ == nullptr) [[unlikely]]
      FailNoPe();
    return *current_;
  }
  static bool HasCurrent() { return current_ != nullptr; }

 private:
  [[noreturn]] static void FailNoPe();

  static inline constinit thread_local Pe* current_ = nullptr;

  Pe* previous_;
};

/// The Pe that hal::Cpu means on this host thread. Throws Violation when there is none.
inline Pe& CurrentPe() { return ScopedPe::Current(); }

}  // namespace trivet::sim
