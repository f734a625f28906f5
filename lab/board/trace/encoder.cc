// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/encoder.h"

#include <format>
#include <string_view>

#include "sim/pe/violation.h"

namespace trivet::lab::board::trace {
namespace {

struct Mnemonic {
  std::string_view name;
  std::uint32_t word;
};

constexpr Mnemonic kMnemonics[] = {
#define MNEMONIC(name, word) {name, word},
#include "lab/board/trace/mnemonics.def"
#undef MNEMONIC
};

/// [arm-arm] C4.1.90, System instructions: MRS, MSR (register), MSR (immediate), SYS.
std::uint32_t SystemWord(const sim::Instruction& instruction) {
  constexpr std::uint32_t kSystem = 0xd500'0000, kRead = 1u << 21, kNoRegister = 31;
  const hal::Encoding& e = sim::AccessInfoOf(instruction.reg).encoding;
  const bool immediate = e.op0 == 0;
  const auto crm = immediate ? static_cast<std::uint32_t>(instruction.imm) : e.crm;
  return kSystem | (instruction.op == sim::Op::kMrs ? kRead : 0) |
         static_cast<std::uint32_t>(e.op0) << 19 | static_cast<std::uint32_t>(e.op1) << 16 |
         static_cast<std::uint32_t>(e.crn) << 12 | crm << 8 |
         static_cast<std::uint32_t>(e.op2) << 5 | (immediate ? kNoRegister : instruction.rt);
}

}  // namespace

std::uint32_t WordOf(const TraceLine& line, const sim::Instruction& instruction) {
  if (instruction.op == sim::Op::kMrs || instruction.op == sim::Op::kMsr) {
    return SystemWord(instruction);
  }
  for (const Mnemonic& mnemonic : kMnemonics) {
    if (mnemonic.name != line.name) continue;
    return mnemonic.word | static_cast<std::uint32_t>(line.value & 0xffff) << 5;
  }
  throw sim::Violation(std::format("no instruction is called \"{}\"", line.name));
}

}  // namespace trivet::lab::board::trace
