// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "vectors/sve_state.h"

namespace trivet::vectors {

/// The longest streaming vectors of the architecture, in units of 128 bits.
inline constexpr unsigned kMaxSmeGranules = 16;
inline constexpr std::size_t kZt0Bytes = 64;

/// A streaming vector has a power of two times 128 bits. [arm-arm] SMCR_EL2.LEN.
constexpr bool IsStreamingLength(unsigned granules) {
  return std::has_single_bit(granules) && granules <= kMaxSmeGranules;
}

/// ZA is a square of bytes, as wide as a streaming vector.
constexpr std::size_t ZaBytes(unsigned granules) {
  return std::size_t{granules} * granules * kSveGranuleBytes * kSveGranuleBytes;
}

/// The bytes of ZA, ZT0, and Z0 to Z31, P0 to P15 and FFR of Streaming SVE mode with vectors of
/// `granules` times 128 bits.
constexpr std::size_t SmeBytes(unsigned granules) {
  return ZaBytes(granules) + kZt0Bytes + SveBytes(granules);
}

/// Memory for one owner's registers.
template <unsigned kGranules>
struct alignas(16) SmeMemory {
  static_assert(IsStreamingLength(kGranules), "a power of two, at most 16");
  std::byte bytes[SmeBytes(kGranules)] = {};
};

/// Where they are kept, and for streaming vectors of which length at most. None: no SME.
struct SmeArea {
  std::byte* memory = nullptr;
  std::uint8_t granules = 0;

  constexpr SmeArea() = default;
  template <unsigned kGranules>
  constexpr SmeArea(SmeMemory<kGranules>& of) : memory(of.bytes), granules(kGranules) {}  // NOLINT
  constexpr bool IsNone() const { return memory == nullptr; }

  constexpr std::byte* za() const { return memory; }
  constexpr std::byte* zt0() const { return memory + ZaBytes(granules); }
  constexpr std::byte* streaming() const { return zt0() + kZt0Bytes; }
};

/// Copies the CPU's ZA out, or in: of the present streaming vector length. At EL2, with PSTATE.ZA
/// set, where CPTR_EL2 does not trap SME and the writes of it and of SMCR_EL2 are in effect.
/// [arm-arm] "SME ZA storage".
extern "C" void TrivetStoreZa(std::byte* to);
extern "C" void TrivetLoadZa(const std::byte* from);
/// The same of ZT0, 64 bytes. With FEAT_SME2 and SMCR_EL2.EZT0.
extern "C" void TrivetStoreZt0(std::byte* to);
extern "C" void TrivetLoadZt0(const std::byte* from);
/// The present length of a streaming vector in bytes, in either mode. At EL2, where CPTR_EL2 does
/// not trap SME.
extern "C" std::uint64_t TrivetStreamingVectorBytes();

}  // namespace trivet::vectors
