// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>

#include "percpu/policy.h"
#include "tests/support/test_host.h"
#include "vectors/sme_state.h"
#include "vectors/sve_state.h"

/// Hosts of guests with SME, and what the guest of el2_sme.S leaves and reports.
namespace trivet::tests {

inline constexpr unsigned kHostGranules = 4;
[[clang::no_destroy]] inline vectors::SveMemory<kHostGranules> host_sve;
[[clang::no_destroy]] inline vectors::SmeMemory<kHostGranules> host_sme;

struct SmeHost : TestHost {
  static constexpr bool kUsesFp = true;
  static vectors::SveArea SveAreaFor(CpuId) { return host_sve; }
  static vectors::SmeArea SmeAreaFor(CpuId) { return host_sme; }
};
struct PlainHost : TestHost {
  static constexpr bool kUsesFp = false;
};
struct EagerPolicy : percpu::DefaultPolicy {
  static constexpr percpu::VectorRegisters kVectorRegisters = percpu::VectorRegisters::kEachLoad;
};

/// SVCR: none, Streaming SVE mode, ZA, both.
inline constexpr std::uint64_t kOff = 0, kSm = 1, kZa = 2, kBoth = 3;
inline constexpr std::uint64_t kModes[] = {kOff, kSm, kZa, kBoth};

/// What trivet_sme_guest makes of memory.
class MixedWords {
 public:
  void Add(std::uint64_t byte, std::uint64_t count) {
    for (; count != 0; count -= 8) AddWord((byte & 0xff) * 0x0101'0101'0101'0101);
  }
  void AddWord(std::uint64_t word) { value_ = value_ * 33 + word; }
  std::uint64_t value() const { return value_; }

 private:
  std::uint64_t value_ = 0;
};

inline constexpr unsigned kZ = 32, kP = 16;

/// Z, P and FFR, where there is one, as the guest leaves them for `byte`.
inline std::uint64_t VectorsOf(std::uint64_t byte, std::uint64_t bytes, bool has_ffr) {
  MixedWords mixed;
  for (unsigned n = 0; n < kZ; ++n) mixed.Add(byte + n, bytes);
  for (unsigned n = 0; n < kP; ++n) {
    const std::uint64_t all = (byte + kZ + n & 0xff) * 0x0101'0101'0101'0101;
    mixed.AddWord(bytes == 64 ? all : all & ((std::uint64_t{1} << bytes) - 1));
  }
  if (has_ffr) mixed.AddWord((1u << (byte & 7)) - 1);
  return mixed.value();
}

inline std::uint64_t ZaOf(std::uint64_t byte, std::uint64_t bytes) {
  MixedWords mixed;
  for (unsigned row = 0; row < bytes; ++row) mixed.Add(byte + kZ + kP + row, bytes);
  return mixed.value();
}

inline std::uint64_t Zt0Of(std::uint64_t byte, std::uint64_t bytes) {
  MixedWords mixed;
  mixed.Add(byte + kZ + kP + bytes, vectors::kZt0Bytes);
  return mixed.value();
}

/// The host's: another value in each byte.
inline void Fill(std::byte* memory, std::size_t size, unsigned first) {
  for (std::size_t i = 0; i < size; ++i) {
    memory[i] = static_cast<std::byte>(i * 7 + i / 256 + first);
  }
}

template <std::size_t kSize>
void ExpectSame(const std::byte (&got)[kSize], const std::byte (&expected)[kSize],
                const char* what) {
  const auto [at, other] = std::ranges::mismatch(got, expected);
  ASSERT_TRUE(at == std::end(got)) << "byte " << at - got << " of the host's " << what;
}

}  // namespace trivet::tests
