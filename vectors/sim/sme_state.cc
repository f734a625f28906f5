// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/sme_state.h"

#include <bit>
#include <cstddef>
#include <cstdint>

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"

// The simulator has no ZA and no ZT0, and streaming vectors of every length that SMCR_EL2 can say:
// an instruction that could tell is refused.
namespace trivet::vectors {

extern "C" std::uint64_t TrivetStreamingVectorBytes() {
  sim::ScopedPe::Current().UseSme("rdsvl");
  const unsigned granules = hal::Cpu::Read<hal::SmcrEl2>().len() + 1u;
  return std::uint64_t{std::bit_floor(granules)} * kSveGranuleBytes;
}

extern "C" void TrivetStoreZa(std::byte*) { sim::ScopedPe::Current().UseSme("str za", true); }
extern "C" void TrivetLoadZa(const std::byte*) { sim::ScopedPe::Current().UseSme("ldr za", true); }
extern "C" void TrivetStoreZt0(std::byte*) { sim::ScopedPe::Current().UseSme("str zt0", true); }
extern "C" void TrivetLoadZt0(const std::byte*) {
  sim::ScopedPe::Current().UseSme("ldr zt0", true);
}

}  // namespace trivet::vectors
