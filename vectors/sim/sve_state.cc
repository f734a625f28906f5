// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/sve_state.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hal/cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"
#include "vectors/sme_state.h"

// The simulator has no SVE registers but V0 to V31, which are the low ends of Z0 to Z31, and no
// vectors longer than ZCR_EL2 says.
namespace trivet::vectors {

namespace {

std::uint64_t Stride() {
  const std::uint64_t svcr = sim::ScopedPe::Current().Peek(hal::RegisterId::kSvcr);
  return hal::Svcr::FromRaw(svcr).sm() ? TrivetStreamingVectorBytes() : TrivetSveVectorBytes();
}

}  // namespace

extern "C" std::uint64_t TrivetSveVectorBytes() {
  return (hal::Cpu::Read<hal::ZcrEl2>().len() + std::uint64_t{1}) * sizeof(sim::Vector);
}

extern "C" void TrivetStoreSve(std::byte* to, bool) {
  std::array<sim::Vector, sim::kVectors> v;
  sim::ScopedPe::Current().StoreVectors(v);
  const std::uint64_t stride = Stride();
  for (std::size_t n = 0; n < v.size(); ++n) {
    std::ranges::copy(std::as_bytes(std::span(v[n])), to + n * stride);
  }
}

extern "C" void TrivetLoadSve(const std::byte* from, bool) {
  std::array<sim::Vector, sim::kVectors> v;
  const std::uint64_t stride = Stride();
  for (std::size_t n = 0; n < v.size(); ++n) {
    const std::byte* const at = from + n * stride;
    std::ranges::copy(at, at + sizeof(sim::Vector),
                      std::as_writable_bytes(std::span(v[n])).begin());
  }
  sim::ScopedPe::Current().LoadVectors(v);
}

}  // namespace trivet::vectors
