// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

namespace trivet::platforms {

/// CPUs on and off and reset by the Power State Coordination Interface (DEN 0022) with SMC as its
/// conduit. Only for boards whose firmware implements it: elsewhere the SMC is UNDEFINED or
/// never returns.
struct PsciSmc {
  /// PSCI_VERSION: no parameters, a positive number where there is PSCI from 0.2 on.
  static constexpr std::uint64_t kVersion = 0x8400'0000;

  /// SYSTEM_RESET: no parameters.
  static constexpr std::uint64_t kSystemReset = 0x8400'0009;

  /// SYSTEM_RESET: returns only where the firmware refuses. Any CPU may call.
  void SystemReset() const { Call(kSystemReset, 0, 0, 0); }

  /// CPU_ON: the CPU with this affinity starts at `entry` (physical) at the caller's Exception
  /// level, MMU off, with `context` in x0. Returns 0 or a negative PSCI error. Any CPU may call.
  std::int64_t CpuOn(std::uint64_t affinity, std::uint64_t entry, std::uint64_t context) const {
    return Call(kCpuOn64, affinity, entry, context);
  }

  /// CPU_OFF, of the calling CPU: returns only where the firmware refuses.
  void CpuOff() const { Call(kCpuOff, 0, 0, 0); }

  /// AFFINITY_INFO of one CPU: kIsOff once it is. Any CPU may call.
  static constexpr std::int64_t kIsOff = 1;
  static constexpr std::int64_t kInvalidParameters = -2;  ///< [psci] 5.2.2: there is no such CPU.
  std::int64_t AffinityInfo(std::uint64_t affinity) const {
    return Call(kAffinityInfo64, affinity, 0, 0);
  }

  /// Errors of CpuOn(): the CPU runs, or was started. [psci] 5.2.2.
  static constexpr std::int64_t kAlreadyOn = -4, kOnPending = -5;

 private:
  static constexpr std::uint64_t kCpuOff = 0x8400'0002;
  static constexpr std::uint64_t kAffinityInfo64 = 0xc400'0004;
  static constexpr std::uint64_t kCpuOn64 = 0xc400'0003;

  static std::int64_t Call(std::uint64_t function, std::uint64_t first, std::uint64_t second,
                           std::uint64_t third) {
    register std::uint64_t x0 asm("x0") = function;
    register std::uint64_t x1 asm("x1") = first;
    register std::uint64_t x2 asm("x2") = second;
    register std::uint64_t x3 asm("x3") = third;
    // SMCCC (DEN 0028): x4 to x17 may change.
    asm volatile("smc #0"
                 : "+r"(x0), "+r"(x1), "+r"(x2), "+r"(x3)
                 :
                 : "x4", "x5", "x6", "x7", "x8", "x9", "x10", "x11", "x12", "x13", "x14", "x15",
                   "x16", "x17", "memory", "cc");
    return static_cast<std::int64_t>(x0);
  }
};

}  // namespace trivet::platforms
