// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/traces/decoder.h"

#include <format>
#include <map>
#include <span>
#include <tuple>

#include "hal/registers.h"
#include "sim/instructions/coprocessor.h"
#include "sim/pe/violation.h"

namespace trivet::lab {
namespace {

using Word = std::uint32_t;

constexpr Word Bits(Word word, unsigned high, unsigned low) {
  return word >> low & ((Word{1} << (high - low + 1)) - 1);
}
constexpr std::uint8_t Rt(Word word) { return static_cast<std::uint8_t>(Bits(word, 4, 0)); }
constexpr std::uint8_t Rn(Word word) { return static_cast<std::uint8_t>(Bits(word, 9, 5)); }
constexpr std::uint16_t Imm16(Word word) { return static_cast<std::uint16_t>(Bits(word, 20, 5)); }

[[noreturn]] void Unknown(Word word) {
  throw sim::Violation(std::format("the instruction {:#010x} is not in the closed set", word));
}

// ---- System instructions

using Code = std::tuple<unsigned, unsigned, unsigned, unsigned, unsigned>;

Code CodeOf(const hal::Encoding& e) { return {e.op0, e.op1, e.crn, e.crm, e.op2}; }

/// By encoding. Of two layouts the first: the one for HCR_EL2.E2H = 0.
sim::AccessId AccessWith(const hal::Encoding& encoding) {
  static const std::map<Code, sim::AccessId> map = [] {
    std::map<Code, sim::AccessId> accesses;
    for (unsigned i = 0; i < sim::AccessCount(); ++i) {
      if (i == hal::kRegisterCount) continue;
      const sim::AccessId id = i < hal::kRegisterCount
                                   ? sim::AccessId(static_cast<hal::RegisterId>(i))
                                   : sim::AccessId::Operation(i - hal::kRegisterCount - 1);
      accesses.emplace(CodeOf(sim::AccessInfoOf(id).encoding), id);
    }
    return accesses;
  }();
  const auto found = map.find(CodeOf(encoding));
  if (found != map.end()) return found->second;
  const auto& e = encoding;
  throw sim::Violation(std::format("no register has the encoding S{}_{}_C{}_C{}_{}",
                                   unsigned{e.op0}, unsigned{e.op1}, unsigned{e.crn},
                                   unsigned{e.crm}, unsigned{e.op2}));
}

hal::Encoding EncodingOf(Word word) {
  const auto field = [word](unsigned high, unsigned low) {
    return static_cast<std::uint8_t>(Bits(word, high, low));
  };
  return {field(20, 19), field(18, 16), field(15, 12), field(11, 8), field(7, 5)};
}

sim::Instruction System(Word word) { return sim::Msr(AccessWith(EncodingOf(word)), Rt(word)); }
sim::Instruction SystemRead(Word word) { return sim::Mrs(Rt(word), AccessWith(EncodingOf(word))); }

/// MSR (immediate): op1 and op2 select the field, CRm is the immediate.
struct PstateName {
  unsigned op1, op2;
  std::string_view operation;
};
constexpr PstateName kPstateNames[] = {
    {3, 6, "MSR_DAIFSET"}, {3, 7, "MSR_DAIFCLR"}, {0, 5, "MSR_SPSEL"}, {0, 4, "MSR_PAN"}};

sim::Instruction PstateField(Word word) {
  const hal::Encoding encoding = EncodingOf(word);
  for (const PstateName& name : kPstateNames) {
    if (name.op1 != encoding.op1 || name.op2 != encoding.op2) continue;
    return {.op = sim::Op::kMsr, .reg = sim::FindAccess(name.operation), .imm = encoding.crm};
  }
  Unknown(word);
}

sim::Instruction HintInstruction(Word word) {
  constexpr Word kYield = 1, kWfeHint = 2, kWfiHint = 3, kSevl = 5;
  const Word hint = Bits(word, 11, 5);
  if (hint == kWfeHint) return sim::Wfe();
  if (hint == kWfiHint) return sim::Wfi();
  if (hint == 0 || (hint >= kYield && hint <= kSevl)) return sim::Nop();
  Unknown(word);
}

sim::Instruction Barrier(Word word) {
  constexpr Word kDsbOp = 4, kDmbOp = 5, kIsbOp = 6;
  const Word op2 = Bits(word, 7, 5);
  if (op2 == kIsbOp) return sim::IsbInstruction();
  if (op2 == kDsbOp || op2 == kDmbOp) return sim::Dmb();
  Unknown(word);
}

// ---- Loads and stores. [arm-arm] C4 "Loads and Stores"

/// LDR, STR and their narrower forms with an unsigned offset.
sim::Instruction UnsignedOffset(Word word) {
  const auto size = static_cast<std::uint8_t>(Bits(word, 31, 30));
  const Word opc = Bits(word, 23, 22);
  const bool prefetch_or_unallocated = (size == 3 && opc >= 2) || (size == 2 && opc == 3);
  if (prefetch_or_unallocated) Unknown(word);
  const sim::MemoryShape shape = {
      .size_log2 = size, .sign_extend = opc >= 2, .sixty_four = opc == 2 || (opc < 2 && size == 3)};
  sim::Instruction instruction =
      opc == 0 ? sim::Str(Rt(word), Rn(word), shape) : sim::Ldr(Rt(word), Rn(word), shape);
  instruction.imm = std::uint64_t{Bits(word, 21, 10)} << size;
  return instruction;
}

/// LDP and STP, signed offset 0: the first of the pair stands for both.
sim::Instruction Pair(Word word) {
  const Word opc = Bits(word, 31, 30);
  if (opc == 1 || opc == 3 || Bits(word, 21, 15) != 0) Unknown(word);
  const sim::MemoryShape shape = {.size_log2 = static_cast<std::uint8_t>(opc == 2 ? 3 : 2),
                                  .sixty_four = opc == 2,
                                  .syndrome_valid = false};
  return Bits(word, 22, 22) != 0 ? sim::Ldr(Rt(word), Rn(word), shape)
                                 : sim::Str(Rt(word), Rn(word), shape);
}

/// LDXR, STXR, LDAXR, STLXR, LDAR and STLR, single registers.
sim::Instruction Ordered(Word word) {
  const auto size = static_cast<std::uint8_t>(Bits(word, 31, 30));
  const bool exclusive = Bits(word, 23, 23) == 0, pair_or_limited = Bits(word, 21, 21) != 0;
  const bool acquire_release = Bits(word, 15, 15) != 0;
  if (pair_or_limited || (!exclusive && !acquire_release)) Unknown(word);
  const sim::MemoryShape shape = {.size_log2 = size,
                                  .sixty_four = size == 3,
                                  .acquire_release = !exclusive,
                                  .syndrome_valid = !exclusive};
  return Bits(word, 22, 22) != 0 ? sim::Ldr(Rt(word), Rn(word), shape)
                                 : sim::Str(Rt(word), Rn(word), shape);
}

// ---- A32

constexpr Word kAlways = 0xe;

std::uint8_t A32Rt(Word word) { return static_cast<std::uint8_t>(Bits(word, 15, 12)); }

sim::Instruction A32Coprocessor(Word word) {
  constexpr Word kCp15 = 15;
  if (Bits(word, 11, 8) != kCp15 || A32Rt(word) > 12) Unknown(word);
  return {.op = Bits(word, 20, 20) != 0 ? sim::Op::kMrc : sim::Op::kMcr,
          .rt = A32Rt(word),
          .imm = sim::Cp15Iss(Bits(word, 23, 21), Bits(word, 19, 16), Bits(word, 3, 0),
                              Bits(word, 7, 5))};
}

sim::Instruction A32Hvc(Word word) {
  return sim::Hvc(static_cast<std::uint16_t>(Bits(word, 19, 8) << 4 | Bits(word, 3, 0)));
}

sim::Instruction A32Hint(Word word) {
  constexpr Word kWfeHint = 2, kWfiHint = 3, kSevl = 5;
  const Word hint = Bits(word, 7, 0);
  if (hint == kWfeHint) return sim::Wfe();
  if (hint == kWfiHint) return sim::Wfi();
  if (hint > kSevl) Unknown(word);
  return sim::Nop();
}

// ---- The tables: the first row that matches decodes.

struct Row {
  Word mask, value;
  sim::Instruction (*decode)(Word word);
};

constexpr Row kA64[] = {
    {0xffff'0000, 0x0000'0000, [](Word) { return sim::Udf(); }},
    {0xffe0'001f, 0xd400'0001, [](Word word) { return sim::Svc(Imm16(word)); }},
    {0xffe0'001f, 0xd400'0002, [](Word word) { return sim::Hvc(Imm16(word)); }},
    {0xffe0'001f, 0xd400'0003, [](Word word) { return sim::Smc(Imm16(word)); }},
    {0xffe0'001f, 0xd420'0000, [](Word word) { return sim::Brk(Imm16(word)); }},
    {0xffff'ffff, 0xd69f'03e0, [](Word) { return sim::Eret(); }},
    {0xffff'fc1f, 0xd65f'0000,
     [](Word word) { return sim::Instruction{.op = sim::Op::kRet, .rn = Rn(word)}; }},
    {0xffff'f01f, 0xd503'201f, &HintInstruction},
    {0xffff'f01f, 0xd503'301f, &Barrier},
    {0xfff8'f01f, 0xd500'401f, &PstateField},
    {0xfff8'0000, 0xd508'0000, &System},
    {0xfff0'0000, 0xd510'0000, &System},
    {0xfff0'0000, 0xd530'0000, &SystemRead},
    {0x3f00'0000, 0x3900'0000, &UnsignedOffset},
    {0x3f80'0000, 0x2900'0000, &Pair},
    {0x3f00'0000, 0x0800'0000, &Ordered},
    {0x0e00'0000, 0x0e00'0000, [](Word) { return sim::FpAdd(); }},
    // RDVL, RDSVL, and the instructions of FEAT_MOPS.
    {0xffff'f800, 0x04bf'5000, [](Word) { return sim::OfExtension(sim::FindAccess("SVE")); }},
    {0xffff'f800, 0x04bf'5800, [](Word) { return sim::OfExtension(sim::FindAccess("SME")); }},
    {0x3b20'0c00, 0x1900'0400, [](Word) { return sim::OfExtension(sim::FindAccess("MOPS")); }},
};

constexpr Row kA32[] = {
    {0x0fff'ff00, 0x0320'f000, &A32Hint},
    {0x0ff0'00f0, 0x0140'0070, &A32Hvc},
    {0x0fff'fff0, 0x0160'0070, [](Word) { return sim::Smc(0); }},
    {0x0ff0'00f0, 0x07f0'00f0, [](Word) { return sim::Udf(); }},
    {0x0f00'0000, 0x0f00'0000,
     [](Word word) { return sim::Svc(static_cast<std::uint16_t>(Bits(word, 15, 0))); }},
    {0x0f00'0010, 0x0e00'0010, &A32Coprocessor},
};

sim::Instruction Decode(std::span<const Row> rows, Word word) {
  for (const Row& row : rows) {
    if ((word & row.mask) == row.value) return row.decode(word);
  }
  Unknown(word);
}

}  // namespace

sim::Instruction DecodeA64(std::uint32_t word) { return Decode(kA64, word); }

sim::Instruction DecodeA32(std::uint32_t word) {
  if (Bits(word, 31, 28) != kAlways) Unknown(word);
  return Decode(kA32, word);
}

}  // namespace trivet::lab
