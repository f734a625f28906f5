// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace trivet::platforms {

/// Arm semihosting ("Semihosting for AArch32 and AArch64", release 2025Q1): requests to the
/// debugger or emulator that runs the machine, here QEMU with -semihosting-config enable=on.
struct Semihosting {
  /// SYS_ERRNO: an operation without a parameter, to try whether semihosting exists.
  static constexpr std::uint64_t kHarmless = 0x13;

  /// SYS_EXIT_EXTENDED: ends the machine with this exit status. Returns only where nothing handles
  /// it.
  void Exit(int status) const {
    const std::uint64_t block[2] = {kApplicationExit, static_cast<std::uint64_t>(status)};
    Call(kSysExitExtended, block);
  }

  /// SYS_GET_CMDLINE: writes the zero-terminated command line. False when it does not fit in `size`
  /// bytes.
  bool CommandLine(char* buffer, std::size_t size) const {
    std::uint64_t block[2] = {reinterpret_cast<std::uintptr_t>(buffer), size};
    return Call(kSysGetCmdline, block) == 0;
  }

  /// The console of the debugger or emulator. SYS_WRITEC: one byte.
  void Start() const {}
  void Put(char byte) const { Call(kSysWritec, &byte); }
  void Drain() const {}

 private:
  static constexpr std::uint64_t kSysWritec = 0x03;
  static constexpr std::uint64_t kSysGetCmdline = 0x15;
  static constexpr std::uint64_t kSysExitExtended = 0x20;
  static constexpr std::uint64_t kApplicationExit = 0x2'0026;  // ADP_Stopped_ApplicationExit

  static std::uint64_t Call(std::uint64_t operation, const void* block) {
    register std::uint64_t x0 asm("x0") = operation;
    register const void* x1 asm("x1") = block;
    asm volatile("hlt #0xf000" : "+r"(x0) : "r"(x1) : "memory");
    return x0;
  }
};

}  // namespace trivet::platforms
