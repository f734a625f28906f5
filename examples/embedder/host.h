// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "hal/cpu_id.h"
#include "vectors/cpu_slot.h"

/// What this hypervisor's machine gives it. el2/host.cc and sim/host.cc are the two machines.
namespace embedder {

/// The host as Trivet sees it.
struct Host {
  static trivet::vectors::Handlers HandlersFor(trivet::CpuId cpu);
  /// Stage 2 tables are given to the CPU by this address.
  static std::uint64_t PhysicalAddressOf(const void* address);
};

/// Readies the machine for the CPU that calls: on the simulator makes it, at EL2 its interrupts.
/// One at a time; afterwards the CPU is at EL2 with interrupts masked.
class Machine {
 public:
  Machine();
  ~Machine();
  Machine(const Machine&) = delete;
  Machine& operator=(const Machine&) = delete;

  /// Lets table walks see [memory, memory + bytes).
  void Show(void* memory, std::uint64_t bytes);
  /// Makes an interrupt pending on this CPU.
  void RaiseInterrupt();
  /// How many interrupts the host's handler took.
  unsigned InterruptsTaken() const;
};

/// Where the demonstration guest stands: it says "hi" by hypercall 1, a character in x0 each, waits
/// for an interrupt, and stops with 42 in x0 by hypercall 2.
std::uint64_t GuestEntry();

}  // namespace embedder
