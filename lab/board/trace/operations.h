// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>

/// What the host hands to the image: a trace as numbers. And what comes of each operation. One
/// source for both sides, little-endian, freestanding.
namespace trivet::lab::board::trace {

// Where traces have their instruction, their landing and their vectors, and where the image puts
// the monitor; between these bounds all memory is the trace's. A machine without memory there has
// all of it at a distance, and the image translates: see Moved().
inline constexpr std::uint64_t kMemoryStart = 0x4010'0000, kMemoryEnd = 0x4280'0000;
inline constexpr std::uint64_t kPc = 0x4010'0000, kLanding = 0x4010'0800;
inline constexpr std::uint64_t kEl2Arena = 0x4020'0000, kEl1Arena = 0x4040'0000;
inline constexpr std::uint64_t kArenaSize = 0x20'0000;
inline constexpr std::uint64_t kMonitor = 0x4060'0000;
inline constexpr std::uint64_t kBatchOperations = 0x4061'0000, kBatchOutcomes = 0x4062'0000;
inline constexpr std::size_t kBatch = 128;

/// [arm-arm] An address in a register or a descriptor, attributes above and below it.
inline constexpr std::uint64_t kAddressBits = 0xffff'ffff'f000;

/// `value`, with the address in it moved by `distance` if it is of the trace's memory.
constexpr std::uint64_t Moved(std::uint64_t value, std::uint64_t distance) {
  const std::uint64_t address = value & kAddressBits;
  if (address < kMemoryStart || address >= kMemoryEnd) return value;
  return (value & ~kAddressBits) | ((address + distance) & kAddressBits);
}
/// The other way round.
constexpr std::uint64_t MovedBack(std::uint64_t value, std::uint64_t distance) {
  const std::uint64_t address = ((value & kAddressBits) - distance) & kAddressBits;
  if (address < kMemoryStart || address >= kMemoryEnd) return value;
  return (value & ~kAddressBits) | address;
}

enum Kind : std::uint32_t {
  kStore = 0,   ///< x[0] to the doubleword at x[1].
  kReturn = 1,  ///< The instruction, entered by an exception return with `spsr`.
  kJump = 2,    ///< The instruction at EL2, masked, without one: SPSel is spsr[0].
  kKindMask = 0xff,
  kIrq = 1 << 8,  ///< With the line asserted.
  kFiq = 1 << 9,
  kReads = 1 << 10,    ///< x0 is part of the outcome when it completes.
  kMovesX0 = 1 << 11,  ///< x0, before and after, has an address in it.
  kMovesX1 = 1 << 12,
};

struct Operation {
  std::uint64_t x[2] = {};  ///< x0 and x1 before.
  std::uint32_t word = 0;   ///< The instruction.
  std::uint32_t back = 0;   ///< What stands behind it and brings the CPU back.
  std::uint32_t spsr = 0;
  std::uint32_t kind = 0;
  friend bool operator==(const Operation&, const Operation&) = default;
};

/// Outcome::what of an operation that the machine cannot do.
inline constexpr std::uint64_t kImpossible = 0xffff;

struct Outcome {
  /// 0: completed; else the level at 13:12 and the vector's offset at 10:0.
  std::uint64_t what = 0;
  std::uint64_t esr = 0, elr = 0, spsr = 0, far = 0, hpfar = 0;
  std::uint64_t pstate = 0;  ///< On arrival.
  std::uint64_t x0 = 0;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

/// The payload: this, then the distinct operations, then for each operation of the trace in turn
/// its place among them, 16 bits.
struct Header {
  std::uint32_t magic;
  std::uint32_t operations, order;  ///< How many.
  std::uint32_t checksum;           ///< Of everything behind the header.
};

inline constexpr std::uint32_t kMagic = 0x31'584c45;  // "ELX1"
inline constexpr std::size_t kMostOperations = 0x1'0000;

/// FNV-1a, 32 bits.
constexpr std::uint32_t ChecksumOf(const unsigned char* bytes, std::size_t size) {
  std::uint32_t sum = 0x811c'9dc5;
  for (std::size_t i = 0; i < size; ++i) sum = (sum ^ bytes[i]) * 0x0100'0193;
  return sum;
}

}  // namespace trivet::lab::board::trace
