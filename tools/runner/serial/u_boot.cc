// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/u_boot.h"

#include <algorithm>
#include <charconv>
#include <format>

namespace trivet::runner {
namespace {

// CAN ends a YMODEM receiver and clears the line at a prompt; ^C ends commands, menus, autoboot.
constexpr std::string_view kInterrupt = "\x18\x18\x18\x03";
constexpr milliseconds kEchoLimit(400);
constexpr milliseconds kListenFirst(2'000);
// [u-boot] A receiver gives up a packet after 2 s without a byte, and asks again after 2 s more.
constexpr milliseconds kPacketGivenUp(5'000);
constexpr milliseconds kAnswerLimit(1'000);
constexpr milliseconds kPauseInLine(500);
constexpr milliseconds kSlow(30'000);
constexpr std::size_t kLongestPrompt = 64;
constexpr int kTypings = 40;
constexpr int kAnswers = 8;
constexpr unsigned kUnanswered = 4, kPauseEvery = 16;

std::string WithoutReturns(std::string text) {
  std::erase(text, '\r');
  return text;
}

bool IsPrompt(std::string_view text) {
  return !text.empty() && text.size() <= kLongestPrompt &&
         std::ranges::all_of(text, [](char c) { return c >= ' ' || c == '\x1b'; });
}

}  // namespace

OrEnd<void> UBoot::Connect() {
  const milliseconds wait = std::chrono::seconds(options_.wait_seconds);
  const milliseconds end = wire_.Now() + wait;
  std::string last, other;
  // A board that was just reset may lose what comes before it speaks, or stop to listen for good,
  // as QEMU's PL011 does when a byte comes before it is set up.
  const auto first = wire_.Text(std::min(kListenFirst, wait));
  if (!first) return std::unexpected(first.error());
  std::size_t heard = first->size();
  while (wire_.Now() < end) {
    const auto text = Interrupt(options_.key, 4 * kQuiet);
    if (!text) return std::unexpected(text.error());
    heard += text->size();
    // Something that scrolls is no prompt yet.
    if (text->empty() || text->ends_with('\n')) continue;
    const auto learned = LearnPrompt();
    if (!learned) return std::unexpected(learned.error());
    if (!*learned) continue;
    const std::string& prompt = **learned;
    if (!prompt.ends_with(options_.prompt)) {
      other = prompt;
    } else if (prompt == last) {
      prompt_ = prompt;
      return CheckThatItIsUBoot();
    }
    last = prompt;
  }
  const std::string seconds = std::to_string(options_.wait_seconds) + " s";
  if (!other.empty()) return NotRun("the prompt is '" + other + "', not '" + options_.prompt + "'");
  if (heard == 0)
    return NotRun("no prompt within " + seconds + ": the line is silent; reset the board");
  return NotRun("no prompt within " + seconds + ", only " + std::to_string(heard) +
                " bytes of something else: reset the board, check the speed");
}

OrEnd<void> UBoot::CheckThatItIsUBoot() {
  for (int i = 0; i < kAnswers; ++i) {
    const auto version = Run("version");
    if (!version) return std::unexpected(version.error());
    // The second is the output of a U-Boot without this command.
    for (const char* sign : {"U-Boot", "Unknown command 'version'"}) {
      if (version->find(sign) != version->npos) return {};
    }
  }
  return NotRun("what answers at the prompt '" + prompt_ + "' is no U-Boot");
}

/// Lets it print a word of ours: what follows it is the prompt.
OrEnd<std::optional<std::string>> UBoot::LearnPrompt() {
  const std::string word = "trivet-" + std::to_string(++questions_);
  if (const auto sent = wire_.Write("echo " + word + '\r'); !sent) {
    return std::unexpected(sent.error());
  }
  const std::string line = '\n' + word + '\n';
  const milliseconds end = wire_.Now() + kAnswerLimit;
  std::string lines;
  std::size_t at = lines.npos;
  while (at == lines.npos && wire_.Now() < end) {
    const auto text = wire_.Text(end - wire_.Now());
    if (!text) return std::unexpected(text.error());
    lines += WithoutReturns(*text);
    at = lines.rfind(line);
  }
  if (at == lines.npos) return std::nullopt;
  const auto rest = wire_.UntilQuiet(2 * kQuiet, kAnswerLimit);
  if (!rest) return std::unexpected(rest.error());
  std::string prompt = lines.substr(at + line.size()) + WithoutReturns(*rest);
  if (!IsPrompt(prompt)) return std::nullopt;
  return prompt;
}

/// Returns the output. A receiver that was left in the middle of a packet is silent,
/// and for as long as something is typed: now and then nothing is.
OrEnd<std::string> UBoot::Interrupt(const std::string& key, milliseconds limit) {
  if (const auto sent = wire_.Write(std::string(kInterrupt) + key); !sent) {
    return std::unexpected(sent.error());
  }
  const auto rest = wire_.UntilQuiet(kQuiet, limit);
  if (!rest || !rest->empty()) return rest;
  return ++unanswered_ % kPauseEvery == kUnanswered ? wire_.Text(kPacketGivenUp) : rest;
}

/// True when exactly `text` comes back.
OrEnd<bool> UBoot::Echoes(std::string_view text, milliseconds limit) {
  const milliseconds end = wire_.Now() + limit + 2 * wire_.TimeOf(text.size());
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = wire_.Byte(end - wire_.Now());
    if (!byte) return std::unexpected(byte.error());
    if (!*byte || **byte != text[i]) return false;
    ++i;
  }
  return true;
}

OrEnd<bool> UBoot::TypeOnce(const std::string& command, bool slowly) {
  if (const auto purged = wire_.Purge(); !purged) return std::unexpected(purged.error());
  const std::size_t step = slowly ? 1 : command.size();
  for (std::size_t at = 0; at < command.size(); at += step) {
    const std::string part = command.substr(at, step);
    if (const auto sent = wire_.Write(part); !sent) return std::unexpected(sent.error());
    const auto echoed = Echoes(part, kEchoLimit);
    if (!echoed || !*echoed) return echoed;
  }
  // Nothing more than it.
  const auto rest = wire_.Text(milliseconds(5));
  if (!rest) return std::unexpected(rest.error());
  return rest->empty();
}

/// A command on the line, not yet entered. Boards that lose bytes when they come fast are typed to
/// slowly.
OrEnd<void> UBoot::Type(const std::string& command) {
  for (int i = 0; i < kTypings; ++i) {
    const auto typed = TypeOnce(command, /*slowly=*/i % 3 == 2);
    if (!typed) return std::unexpected(typed.error());
    if (*typed) return {};
    if (const auto said = Interrupt(); !said) return std::unexpected(said.error());
  }
  return NotRun("U-Boot does not echo '" + command + "' as it was typed");
}

/// What comes before the next prompt, or nothing.
OrEnd<std::optional<std::string>> UBoot::Answer(const std::string& command, milliseconds limit) {
  if (const auto typed = Type(command); !typed) return std::unexpected(typed.error());
  if (const auto sent = wire_.Write("\r"); !sent) return std::unexpected(sent.error());
  const milliseconds end = wire_.Now() + limit;
  // Only quick commands do not pause within a line: there it is a damaged prompt.
  const milliseconds pause = limit > kSlow ? limit : kPauseInLine;
  std::string output;
  while (wire_.Now() < end) {
    const auto text = wire_.Text(std::min(pause, end - wire_.Now()));
    if (!text) return std::unexpected(text.error());
    output += WithoutReturns(*text);
    if (text->empty() && output.contains('\n') && !output.ends_with('\n')) return std::nullopt;
    if (!output.ends_with('\n' + prompt_)) continue;
    output.resize(output.size() - prompt_.size());
    return output.substr(output.find('\n') + 1);
  }
  return std::nullopt;
}

OrEnd<std::string> UBoot::Run(const std::string& command, milliseconds limit) {
  for (int i = 0; i < kAnswers; ++i) {
    const auto answer = Answer(command, limit);
    if (!answer) return std::unexpected(answer.error());
    if (*answer) return **answer;
    if (const auto stopped = Interrupt(); !stopped) return std::unexpected(stopped.error());
  }
  return NotRun("U-Boot's prompt did not come back after '" + command + "'");
}

OrEnd<std::string> UBoot::Ask(const std::string& command) {
  std::optional<std::string> last;
  for (int i = 0; i < 2 * kAnswers; ++i) {
    auto answer = Run(command);
    if (!answer || (last && *last == *answer)) return answer;
    last = std::move(*answer);
  }
  return NotRun("U-Boot answers '" + command + "' differently each time: the line is too bad");
}

OrEnd<void> UBoot::Start(const std::string& command) {
  if (const auto typed = Type(command); !typed) return typed;
  return wire_.Write("\r");
}

OrEnd<void> UBoot::AwaitPrompt(milliseconds limit) {
  const milliseconds end = wire_.Now() + limit;
  std::string output;
  while (wire_.Now() < end && !output.ends_with('\n' + prompt_)) {
    const auto text = wire_.Text(end - wire_.Now());
    if (!text) return std::unexpected(text.error());
    output += WithoutReturns(*text);
  }
  return {};
}

OrEnd<std::string> UBoot::Variable(const std::string& name) {
  const auto output = Ask("printenv " + name);
  if (!output) return output;
  const std::string start = name + '=';
  if (!output->starts_with(start)) return "";
  return output->substr(start.size(), output->find('\n') - start.size());
}

// [u-boot] `NAME - what it does`, or `Unknown command 'NAME'`; a board without `help` is
// assumed to have every command.
OrEnd<bool> UBoot::Has(const std::string& command) {
  for (int i = 0; i < 2 * kAnswers; ++i) {
    const auto help = Run("help " + command);
    if (!help) return std::unexpected(help.error());
    if (help->contains("Unknown command 'help'")) return true;
    if (help->contains("Unknown command")) return false;
    if (help->starts_with(command + " - ")) return true;
  }
  return NotRun("U-Boot's answers to 'help " + command + "' are garbled: the line is too bad");
}

std::optional<std::uint64_t> ParseHex(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.empty() || text.size() > 16) return std::nullopt;
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::string Hex(std::uint64_t value) { return std::format("{:x}", value); }

// [u-boot] `crc32 for 40400000 ... 404043bf ==> 1a2b3c4d`, a line of its own.
std::optional<std::uint32_t> ParseCrc32(std::string_view output, std::uint64_t address,
                                        std::uint64_t size) {
  constexpr std::string_view kTo = " ... ", kIs = " ==> ", kFor = " for ";
  while (!output.empty()) {
    const std::string_view line = output.substr(0, output.find('\n'));
    output.remove_prefix(std::min(line.size() + 1, output.size()));
    const std::size_t from = line.find(kFor), to = line.find(kTo), is = line.find(kIs);
    if (from == line.npos || to == line.npos || is == line.npos || from > to || to > is) continue;
    const auto first = ParseHex(line.substr(from + kFor.size(), to - from - kFor.size()));
    const auto last = ParseHex(line.substr(to + kTo.size(), is - to - kTo.size()));
    const auto crc = line.substr(is + kIs.size());
    const auto value = ParseHex(crc);
    if (first == address && last == address + size - 1 && value && crc.size() == 8) {
      return static_cast<std::uint32_t>(*value);
    }
  }
  return std::nullopt;
}

}  // namespace trivet::runner
