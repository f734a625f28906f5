// SPDX-License-Identifier: Apache-2.0 OR MIT
// A guest that executes random instructions at EL1 and EL0 breaks nothing of EL2's and sees nothing
// of it.
//
//   --blocks=N        how many blocks for each kind of host and guest; 2,500 without it
//   --block=N         only this one
//   --words=W,W,...   only this one, with these words in hexadecimal; --block chooses the registers

#include <gtest/gtest.h>

#include <string_view>

#include "freestanding/text/text.h"
#include "hal/exception_class.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "tests/isolation/hostile_guest.h"
#include "tests/isolation/hostile_memory.h"
#include "tests/isolation/marked_host.h"

namespace trivet::tests {
namespace {

constexpr std::uint64_t kDefaultBlocks = 2'500;

Block current;

void Print(text::Sink& out, std::string_view name, std::uint64_t value) {
  out << name;
  out.PutHex(value);
}

/// The options that run the current block again.
void PrintReplay() {
  text::Text<40> number;
  Print(number, "\nreplay: --block=", current.number);
  platforms::ConsoleWrite(number);
  const char* separator = " --words=";
  for (const std::uint32_t word : current.words) {
    text::Text<24> text;
    Print(text, separator, word);
    platforms::ConsoleWrite(text);
    separator = ",";
  }
  platforms::ConsoleWrite("\n");
}

/// The text after the last `name` on the command line, to the next space.
std::string_view Option(std::string_view name) {
  std::string_view line = platforms::CommandLine();
  const std::size_t at = line.rfind(name);
  if (at == std::string_view::npos) return {};
  line.remove_prefix(at + name.size());
  return line.substr(0, line.find(' '));
}

/// Takes a number off the front of `text`, decimal or after 0x hexadecimal, and what follows it.
std::uint64_t TakeNumber(std::string_view& text) {
  int base = 10;
  if (text.starts_with("0x")) {
    text.remove_prefix(2);
    base = 16;
  }
  std::uint64_t number = 0;
  while (!text.empty() && text.front() != ',') {
    const char c = text.front();
    number = number * static_cast<unsigned>(base) +
             static_cast<unsigned>(c <= '9' ? c - '0' : c - 'a' + 10);
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return number;
}

void PrintCount(const char* where, unsigned exception_class, std::uint64_t count) {
  if (count == 0) return;
  text::Text<120> line;
  text::Sink& out = line;
  out << "[          ]   " << where << ", "
      << hal::ToString(static_cast<hal::ExceptionClass>(exception_class));
  Print(out, " (EC ", exception_class);
  out << "): " << count << "\n";
  platforms::ConsoleWrite(line);
}

void Print(const ExitCounts& counts, std::uint64_t blocks) {
  text::Text<120> line;
  text::Sink& out = line;
  out << "[          ] " << blocks << " blocks, " << counts.exits() << " exits: watchdog "
      << counts.watchdog << ", SError " << counts.serror << ", AArch32 " << counts.aarch32 << "\n";
  platforms::ConsoleWrite(line);
  for (unsigned i = 0; i < ExitCounts::kClasses; ++i) {
    PrintCount("to EL2", i, counts.by_class[i]);
    PrintCount("to EL1", i, counts.in_guest[i]);
  }
}

class HostileGuests : public MarkedHost {
 protected:
  void SetUp() override {
    MarkedHost::SetUp();
    OnUnexpectedException(&PrintReplay);
  }

  /// False: it failed.
  bool RunBlock(HostileGuest& guest, std::uint64_t number) {
    current = Block::Make(number, kGuestBase + kDataOffset);
    std::string_view words = Option("--words=");
    for (unsigned i = 0; i < Block::kWords && !words.empty(); ++i) {
      current.words[i] = static_cast<std::uint32_t>(TakeNumber(words));
    }
    const Fault fault = guest.Run(current);
    if (fault == nullptr) return true;
    const percpu::Error& error = rig().cpu().last_error();
    ADD_FAILURE() << fault << "; last error: " << ToString(error.status);
    if (error.register_id != hal::RegisterId::kCount) {
      ADD_FAILURE() << hal::InfoOf(error.register_id).name << ": expected " << error.expected
                    << ", got " << error.got;
    }
    PrintReplay();
    return false;
  }
};
INSTANTIATE_TEST_SUITE_P(HostsAndGuests, HostileGuests, kHostsAndGuests);

TEST_P(HostileGuests, BreakNothingAndSeeNothing) {
  HostileGuest guest(rig(), open());
  std::string_view one = Option("--block="), many = Option("--blocks=");
  if (!one.empty()) {
    ASSERT_TRUE(RunBlock(guest, TakeNumber(one)));
    return;
  }
  const std::uint64_t blocks = many.empty() ? kDefaultBlocks : TakeNumber(many);
  for (std::uint64_t i = 0; i < blocks; ++i) ASSERT_TRUE(RunBlock(guest, i));
  Print(guest.counts(), blocks);
  using enum hal::ExceptionClass;
  for (const hal::ExceptionClass expected :
       {kHvc64, kSmc64, kSystem, kWfx, kDataAbortLower, kInstructionAbortLower}) {
    EXPECT_GT(guest.counts().by_class[static_cast<unsigned>(expected)], 0u)
        << hal::ToString(expected) << ": no such exit";
  }
}

}  // namespace
}  // namespace trivet::tests
