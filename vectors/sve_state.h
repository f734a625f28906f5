// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

namespace trivet::vectors {

inline constexpr unsigned kSveGranuleBytes = 16;
/// The longest vectors of the architecture, in units of 128 bits.
inline constexpr unsigned kMaxSveGranules = 16;

/// The bytes of Z0 to Z31, P0 to P15 and FFR with vectors of `granules` times 128 bits. A predicate
/// has one bit for each byte of a vector.
constexpr std::size_t SveBytes(unsigned granules) {
  return granules * std::size_t{16 * 32 + 2 * 16 + 2};
}

/// Memory for one owner's registers.
template <unsigned kGranules>
struct alignas(16) SveMemory {
  static_assert(kGranules >= 1 && kGranules <= kMaxSveGranules);
  std::byte bytes[SveBytes(kGranules)] = {};
};

/// Where they are kept, and for vectors of which length at most. None: no SVE.
struct SveArea {
  std::byte* memory = nullptr;
  std::uint8_t granules = 0;

  constexpr SveArea() = default;
  template <unsigned kGranules>
  constexpr SveArea(SveMemory<kGranules>& of) : memory(of.bytes), granules(kGranules) {}  // NOLINT
  constexpr bool IsNone() const { return memory == nullptr; }
};

/// Copies the CPU's Z0 to Z31, P0 to P15 and, where asked, FFR out, or in: vectors of the present
/// length. At EL2, where CPTR_EL2 does not trap SVE, or in Streaming SVE mode SME, and the writes
/// of it and of ZCR_EL2, or SMCR_EL2, are in effect. Streaming SVE mode has no FFR but with
/// SMCR_EL2.FA64. [arm-arm] "Accessing the SVE registers".
extern "C" void TrivetStoreSve(std::byte* to, bool with_ffr = true);
extern "C" void TrivetLoadSve(const std::byte* from, bool with_ffr = true);
/// The present length of a vector in bytes; the same conditions.
extern "C" std::uint64_t TrivetSveVectorBytes();

}  // namespace trivet::vectors
