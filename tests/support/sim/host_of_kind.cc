// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/support/host_of_kind.h"

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::tests {

void WriteHostHcr(hal::HcrEl2 hcr) {
  hal::Cpu::Write<hal::HcrEl2>(hcr);
  hal::Cpu::Isb();
}

std::uint64_t PhysicalAddressOf(const void* address) {
  constexpr std::uint64_t kFortyBits = (std::uint64_t{1} << 40) - 1;
  return reinterpret_cast<std::uint64_t>(address) & kFortyBits;
}

void ShowToTableWalks(void* memory, std::size_t bytes) {
  sim::ScopedPe::Current().memory().MapHost(PhysicalAddressOf(memory), memory, bytes);
}

}  // namespace trivet::tests
