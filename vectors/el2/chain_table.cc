// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>

#include "hal/cpu.h"
#include "vectors/chain_code.h"

namespace trivet::vectors {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// CTR_EL0 counts a line's 4-byte words as a power of two.
constexpr std::uint64_t LineBytes(std::uint8_t log2_words) {
  return std::uint64_t{4} << log2_words;
}

template <class F>
void ForEachLine(std::uint64_t start, std::uint64_t line, F visit) {
  const std::uint64_t end = start + kChainTableSize;
  for (std::uint64_t address = start & ~(line - 1); address < end; address += line) visit(address);
}

}  // namespace

/// [arm-arm] "Synchronization and coherency issues between data and instruction accesses": clean
/// the data to the point of unification, then invalidate what was fetched from there.
void SynchronizeChainTable(const ChainPlace& place) {
  const CtrEl0 caches = Cpu::Read<CtrEl0>();
  ForEachLine(reinterpret_cast<std::uint64_t>(place.words), LineBytes(caches.dminline()),
              [](std::uint64_t address) { asm volatile("dc cvau, %0" ::"r"(address)
                                                       : "memory"); });
  Cpu::Dsb<Domain::kInnerShareable>();
  ForEachLine(place.executable, LineBytes(caches.iminline()), [](std::uint64_t address) {
    asm volatile("ic ivau, %0" ::"r"(address) : "memory");
  });
  Cpu::Dsb<Domain::kInnerShareable>();
  Cpu::Isb();
}

}  // namespace trivet::vectors
