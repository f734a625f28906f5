// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/isolation/block.h"

#include "hal/register_info.h"
#include "tests/isolation/access.h"

namespace trivet::tests {
namespace {

/// Bits of `mask` are random, the others those of `word`.
std::uint32_t Vary(Random& random, std::uint32_t word, std::uint32_t mask) {
  return (word & ~mask) | (static_cast<std::uint32_t>(random.Next()) & mask);
}

template <unsigned kSize>
std::uint32_t OneOf(Random& random, const std::uint32_t (&words)[kSize]) {
  return words[random.Below(kSize)];
}

constexpr std::uint32_t kRt = 0x1f, kRtRnRm = 0x1f | 0x1f << 5 | 0x1f << 16, kRtRn = 0x3ff;

/// MRS or MSR of a described register, mostly one of EL1 or EL0.
std::uint32_t DescribedAccess(Random& random) {
  constexpr std::uint8_t kOfEl2 = 4;
  const auto registers = hal::AllRegisters();
  hal::Encoding e = registers[random.Below(registers.size())].encoding;
  while (e.op1 >= kOfEl2 && random.Below(8) != 0) {
    e = registers[random.Below(registers.size())].encoding;
  }
  constexpr std::uint32_t kRead = 1 << 21;
  const std::uint32_t place = e.op0 << 19 | e.op1 << 16 | e.crn << 12 | e.crm << 8 | e.op2 << 5;
  return Vary(random, 0xd500'0000 | place, kRead | kRt);
}

/// Any encoding of MRS, MSR, SYS, SYSL; [arm-arm] C4.1, "System instructions".
std::uint32_t AnyAccess(Random& random) {
  return Vary(random, Access(random.Below(Access::kCount)).word(), kRt);
}

/// TLB, cache, prediction, translation: SYS with CRn 7 to 9.
std::uint32_t Maintenance(Random& random) {
  const std::uint32_t crn = 7 + random.Below(3);
  return Vary(random, 0xd508'0000 | crn << 12, 0x7'0fff);
}

/// Hints, barriers, MSR (immediate), WFE and its kin.
std::uint32_t Hint(Random& random) {
  constexpr std::uint32_t kWfe = 0xd503'205f, kWfi = 0xd503'207f;
  if (random.Below(8) == 0) return random.Below(2) == 0 ? kWfe : kWfi;
  if (random.Below(8) == 0) return Vary(random, 0xd503'1000, kRt | 1 << 5);
  const std::uint32_t crn = 2 + random.Below(3);
  return Vary(random, 0xd500'001f | crn << 12, 0x7'0fe0);
}

/// [arm-arm] C4.1, "Loads and Stores": STR and LDR of all sizes, pairs, acquire and release.
std::uint32_t LoadOrStore(Random& random) {
  static constexpr std::uint32_t kWords[] = {0x3900'0000, 0x3800'0000, 0x2900'0000, 0x2880'0000,
                                             0x0880'fc00, 0x3820'0800, 0x3d00'0000, 0x2d00'0000};
  return Vary(random, OneOf(random, kWords), 0xc040'0000 | kRtRnRm);
}

/// Exclusives, compare and swap, atomics.
std::uint32_t Atomic(Random& random) {
  static constexpr std::uint32_t kWords[] = {0x085f'7c00, 0x0800'7c00, 0x085f'fc00, 0x0800'fc00,
                                             0x08a0'7c00, 0x3820'0000, 0x3820'8000};
  return Vary(random, OneOf(random, kWords), 0xc000'0000 | 0x1f'0000 | kRtRn);
}

/// HVC, SMC, SVC, BRK, HLT, DCPSn; ERET and its kin; undefined instructions.
std::uint32_t Exception(Random& random) {
  static constexpr std::uint32_t kWords[] = {0xd400'0002, 0xd400'0003, 0xd400'0001, 0xd420'0000,
                                             0xd440'0000, 0xd4a0'0001, 0x0000'0000};
  if (random.Below(3) == 0) {
    static constexpr std::uint32_t kReturns[] = {0xd69f'03e0, 0xd69f'0bff, 0xd69f'0fff,
                                                 0xd6bf'03e0};
    return OneOf(random, kReturns);
  }
  return Vary(random, OneOf(random, kWords), 0x001f'ffe0);
}

/// Advanced SIMD, floating point, SVE, SME: any instruction of these spaces.
std::uint32_t Vector(Random& random) {
  static constexpr std::uint32_t kSpaces[] = {0x0e00'0000, 0x1e00'0000, 0x0400'0000, 0x8000'0000};
  return Vary(random, OneOf(random, kSpaces), 0xe1ff'ffff);
}

/// A branch to a word of the block, `at` is its own place; seldom to a register.
std::uint32_t Branch(Random& random, unsigned at) {
  const std::uint32_t target = random.Below(Block::kWords + 1);
  const std::uint32_t offset = target - at;
  switch (random.Below(5)) {
    case 0: return 0x1400'0000 | (offset & 0x3ff'ffff);
    case 1: return Vary(random, 0x5400'0000, 0xf) | (offset & 0x7'ffff) << 5;
    case 2: return Vary(random, 0x3400'0000, 0x8100'0000 | kRt) | (offset & 0x7'ffff) << 5;
    case 3: return Vary(random, 0x3600'0000, 0x81f8'0000 | kRt) | (offset & 0x3fff) << 5;
    default: return Vary(random, 0xd61f'0000, 0x0060'03e0);
  }
}

/// Integer arithmetic and constants, mostly on registers 0 to 15.
std::uint32_t Arithmetic(Random& random) {
  static constexpr std::uint32_t kSpaces[] = {0x1000'0000, 0x0a00'0000};
  return Vary(random, OneOf(random, kSpaces), 0xe1ff'ffff);
}

std::uint32_t MakeWord(Random& random, unsigned at) {
  const std::uint32_t kind = random.Below(100);
  if (kind < 24) return DescribedAccess(random);
  if (kind < 27) return AnyAccess(random);
  if (kind < 32) return Maintenance(random);
  if (kind < 38) return Hint(random);
  if (kind < 54) return LoadOrStore(random);
  if (kind < 62) return Atomic(random);
  if (kind < 71) return Exception(random);
  if (kind < 78) return Vector(random);
  if (kind < 84) return Branch(random, at);
  if (kind < 95) return Arithmetic(random);
  return static_cast<std::uint32_t>(random.Next());
}

/// Half of the registers point into the page of data.
std::uint64_t MakeValue(Random& random, std::uint64_t data) {
  constexpr std::uint32_t kPage = 4096;
  switch (random.Below(6)) {
    case 0: return random.Next();
    case 1: return random.Below(kPage);
    case 2: return std::uint64_t{1} << random.Below(64);
    default: return data + random.Below(kPage / 2) / 16 * 16;
  }
}

}  // namespace

Block Block::Make(std::uint64_t number, std::uint64_t data) {
  Random random(number);
  Block block = {.number = number};
  block.at_el0 = random.Below(3) == 0;
  block.translated = random.Below(2) == 0;
  block.waits_trap = random.Below(4) != 0;
  for (unsigned i = 0; i < kWords; ++i) {
    do {
      block.words[i] = MakeWord(random, i);
    } while (IsSemihosting(block.words[i]));
  }
  for (std::uint64_t& x : block.x) x = MakeValue(random, data);
  return block;
}

}  // namespace trivet::tests
