// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

#include "hal/registers.h"
#include "percpu/host_kind.h"

/// What tests and benchmarks need of a machine: the kind of its host, and addresses as table walks
/// see them. For the simulator's current PE, or the CPU that executes the image.
namespace trivet::tests {

/// Makes this CPU's host one of `kind`: HCR_EL2 as `hcr` but for E2H and TGE, and under VHE
/// CPTR_EL2 and CNTHCTL_EL2 in their E2H layout with nothing trapped. At EL2 of a CPU that has such
/// a host.
void BecomeHost(hal::HcrEl2 hcr, percpu::HostKind kind);

/// The same until destruction, on one CPU.
class HostOfKind {
 public:
  explicit HostOfKind(percpu::HostKind kind);
  ~HostOfKind();
  HostOfKind(const HostOfKind&) = delete;
  HostOfKind& operator=(const HostOfKind&) = delete;
  /// False: this CPU has no such host; nothing was changed.
  bool exists() const { return exists_; }

 private:
  const hal::HcrEl2 hcr_;
  const hal::CptrEl2 cptr_;
  const hal::CnthctlEl2 cnthctl_;
  const bool exists_;
};

/// Writes HCR_EL2, E2H included, with what has to go with it.
void WriteHostHcr(hal::HcrEl2 hcr);

/// The physical address of this program's own memory: the address itself at EL2; on the simulator,
/// where a host pointer is wider than a CPU's physical addresses, its low bits.
std::uint64_t PhysicalAddressOf(const void* address);

/// Lets table walks read these `bytes` of our own memory, both multiples of 4096. At EL2 they can
/// anyway.
void ShowToTableWalks(void* memory, std::size_t bytes);

}  // namespace trivet::tests
