// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

extern "C" {
// guarded.S
bool trivet_guarded_load(std::uint64_t address, std::uint64_t* word);
bool trivet_guarded_semihosting(std::uint64_t operation, std::uint64_t* result);
bool trivet_guarded_smc(std::uint64_t function, std::uint64_t* result);
}

/// Operations that may take a synchronous exception. At EL2 or EL1, interrupts masked; nullopt
/// after an exception.
namespace trivet::platforms {

/// The 32-bit word at a physical address, a multiple of 4, which may not be mapped to memory.
inline std::optional<std::uint32_t> GuardedLoad(std::uint64_t address) {
  std::uint64_t word;
  if (!trivet_guarded_load(address, &word)) return std::nullopt;
  return static_cast<std::uint32_t>(word);
}

/// The result of a semihosting operation that has no parameter.
inline std::optional<std::uint64_t> GuardedSemihosting(std::uint64_t operation) {
  std::uint64_t result;
  if (!trivet_guarded_semihosting(operation, &result)) return std::nullopt;
  return result;
}

/// The result of a firmware function that has no parameter.
inline std::optional<std::uint64_t> GuardedSmc(std::uint64_t function) {
  std::uint64_t result;
  if (!trivet_guarded_smc(function, &result)) return std::nullopt;
  return result;
}

}  // namespace trivet::platforms
