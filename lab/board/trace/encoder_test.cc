// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/encoder.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "hal/registers.h"
#include "lab/traces/decoder.h"
#include "lab/traces/replayer.h"
#include "sim/pe/violation.h"

namespace trivet::lab::board::trace {
namespace {

std::uint32_t Encode(std::string_view text) {
  TraceLine line;
  std::string error;
  EXPECT_TRUE(ParseTraceLine(text, line, error)) << error;
  return WordOf(line, Replayer::InstructionOf(line));
}

TEST(EncoderTest, WordsAreTheManuals) {
  EXPECT_EQ(Encode("X el1h hvc 0x1234"), 0xd402'4682u);
  EXPECT_EQ(Encode("X el0 svc 0x56"), 0xd400'0ac1u);
  EXPECT_EQ(Encode("X el2h brk 0x78"), 0xd420'0f00u);
  EXPECT_EQ(Encode("X el1h ldr x5,[x1] x1=0x1000"), 0xf940'0025u);
  EXPECT_EQ(Encode("X el1h at_s1e1r x1=0x0"), 0xd508'7801u);
  EXPECT_EQ(Encode("X el2h tlbi_alle1"), 0xd50c'879fu);
  EXPECT_EQ(Encode("X el1h dc_civac x1=0x0"), 0xd50b'7e21u);
  EXPECT_EQ(Encode("X el0 msr_daifset"), 0xd503'42dfu);
  EXPECT_EQ(Encode("X el1h msr_pan"), 0xd500'419fu);
  EXPECT_EQ(Encode("X el1h mrs_currentel"), 0xd538'4240u);
  EXPECT_EQ(Encode("R el2h HCR_EL2"), 0xd53c'1100u);
  EXPECT_EQ(Encode("W el2h HCR_EL2 0x0"), 0xd51c'1100u);
}

TEST(EncoderTest, TheSimulatorsDecoderReadsEveryMnemonicBack) {
  for (const std::string_view name : {
#define MNEMONIC(name, word) name,
#include "lab/board/trace/mnemonics.def"
#undef MNEMONIC
       }) {
    const std::string text = "X el1h " + std::string(name);
    TraceLine line;
    std::string error;
    ASSERT_TRUE(ParseTraceLine(text, line, error)) << text << ": " << error;
    const sim::Instruction instruction = Replayer::InstructionOf(line);
    const sim::Instruction decoded = DecodeA64(WordOf(line, instruction));
    EXPECT_EQ(decoded.op, instruction.op) << text;
    if (instruction.op == sim::Op::kLoad || instruction.op == sim::Op::kStore) {
      EXPECT_EQ(decoded.rt, instruction.rt) << text;
      EXPECT_EQ(decoded.memory.size_log2, instruction.memory.size_log2) << text;
    }
  }
}

TEST(EncoderTest, EveryRegisterIsReadBack) {
  for (const hal::RegisterInfo& info : hal::AllRegisters()) {
    const TraceLine line = {.kind = LineKind::kRead, .level = "el2h", .name = info.name};
    const sim::Instruction decoded = DecodeA64(WordOf(line, sim::Mrs(0, info.id)));
    EXPECT_EQ(decoded.op, sim::Op::kMrs) << info.name;
    EXPECT_EQ(sim::AccessInfoOf(decoded.reg).encoding, info.encoding) << info.name;
  }
}

}  // namespace
}  // namespace trivet::lab::board::trace
