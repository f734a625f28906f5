// SPDX-License-Identifier: Apache-2.0 OR MIT
// What a log of exits counts, keeps and prints, on every environment.

#include "vcpu/exit_log.h"

#include <gtest/gtest.h>

#include <cstring>
#include <string_view>

#include "hal/line_writer.h"
#include "tests/guest/guest_scenario.h"

namespace trivet::tests {
namespace {

using vcpu::ExitLog;
using vcpu::ExitReason;

/// Text in pieces, each of which ends with a mark.
struct Pieces {
  char text[4096] = {};
  std::size_t size = 0;

  void Add(const char* piece, std::size_t count) {
    if (size + count >= sizeof(text)) return;
    std::memcpy(text + size, piece, count);
    size += count;
    text[size++] = '|';
  }
  hal::TextSink sink() {
    return {.write = [](void* self, const char* piece,
                        std::size_t count) { static_cast<Pieces*>(self)->Add(piece, count); },
            .context = this};
  }
};

vcpu::Exit Abort(std::uint64_t esr, std::uint64_t ipa) {
  return {.reason = ExitReason::kDataAbort,
          .syndrome = vectors::Syndrome::FromRaw(esr),
          .fault = {.virtual_address = {}, .intermediate_address = ipa}};
}

TEST(ExitLog, CountsTheExitsOfAGuestByReason) {
  static ScenarioResult result;
  static ExitLog log;
  result = {};
  RunScenario(0, percpu::HostKind::kNvhe, HostInterface::kCallback, result);
  for (unsigned i = 0; i < result.exits; ++i) log.Add(result.exit[i], result.pc[i]);
  EXPECT_EQ(log.total(), 7u);
  EXPECT_EQ(log.CountOf(ExitReason::kHypercall), 2u);
  for (const ExitReason once :
       {ExitReason::kSecureMonitorCall, ExitReason::kWaitTrap, ExitReason::kSystemRegister,
        ExitReason::kDataAbort, ExitReason::kIrq}) {
    EXPECT_EQ(log.CountOf(once), 1u) << vcpu::ToString(once);
  }
  EXPECT_EQ(log.CountOf(ExitReason::kFiq), 0u);
  EXPECT_EQ(log.At(4).address, kUnmappedIpa);
  EXPECT_EQ(log.At(4).syndrome, result.exit[4].syndrome.raw());
  EXPECT_EQ(log.At(5).address, ExitLog::kNoAddress);
}

TEST(ExitLog, PrintsCountsAndTheLastExitsByLines) {
  static ExitLog log;
  static Pieces pieces;
  log.Add({.reason = ExitReason::kIrq}, 0x1000);
  log.Add(Abort(0x9380'0046, 0), 0x1004);
  log.Add({.reason = ExitReason::kIrq}, 0x1008);
  vcpu::Print(log, 3, pieces.sink());
  EXPECT_STREQ(pieces.text,
               "CPU 3: 2 exits by kIrq\n|"
               "CPU 3: 1 exits by kDataAbort\n|"
               "CPU 3: exit 0: kIrq, PC 0x1000\n|"
               "CPU 3: exit 1: kDataAbort, PC 0x1004, ESR_EL2 0x93800046, IPA 0x0\n|"
               "CPU 3: exit 2: kIrq, PC 0x1008\n|");
}

TEST(ExitLog, KeepsTheLastOnesOfMany) {
  static ExitLog log;
  static Pieces pieces;
  constexpr unsigned kMany = 2 * ExitLog::kLast + 3;
  for (unsigned i = 0; i < kMany; ++i) log.Add(Abort(i, 0x1000 * i), i);
  for (unsigned i = kMany - ExitLog::kLast; i < kMany; ++i) {
    const ExitLog::Entry entry = log.At(i);
    EXPECT_EQ(entry.pc, i);
    EXPECT_EQ(entry.syndrome, i);
    EXPECT_EQ(entry.address, 0x1000 * i);
  }
  vcpu::Print(log, 0, pieces.sink());
  const std::string_view text(pieces.text);
  EXPECT_TRUE(text.starts_with("CPU 0: 35 exits by kDataAbort\n|CPU 0: exit 19: ")) << pieces.text;
}

TEST(ExitLog, NamesEveryReason) {
  for (unsigned i = 0; i < vcpu::kExitReasons; ++i) {
    EXPECT_STRNE(vcpu::ToString(static_cast<ExitReason>(i)), "an unknown reason") << i;
  }
}

TEST(LineWriter, CutsALineAtItsLimitAndEndsIt) {
  static Pieces pieces;
  {
    hal::LineWriter line(pieces.sink());
    for (unsigned i = 0; i < hal::LineWriter::kMost; ++i) line.Text("ab");
  }
  EXPECT_EQ(pieces.size, hal::LineWriter::kMost + 2);
  EXPECT_EQ(std::string_view(pieces.text).substr(hal::LineWriter::kMost - 1), "b\n|");
}

}  // namespace
}  // namespace trivet::tests
