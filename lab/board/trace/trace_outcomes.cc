// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "lab/board/trace/trace_outcomes.h"

#include <format>
#include <map>

#include "lab/board/line_reader.h"
#include "lab/board/trace/trace_words.h"

namespace trivet::lab::board::trace {
namespace {

class Reader {
 public:
  explicit Reader(TraceOutcomes& received)
      : outcomes_(received.outcomes), refusal_(received.refusal) {}

  /// False: the line is damaged or makes no sense.
  bool Line(std::string_view line) {
    if (!IsOurs(line.substr(0, line.find(' ')))) return true;
    const auto words = CheckedWords(line);
    if (!words) return false;
    const std::string_view first = (*words)[0];
    if (first == kRefusedWord) return Refuse(line);
    if (first == kTraceWord) return Begin(*words);
    if (first == kEndedWord) return End(*words);
    ++lines_;
    return first == kOutcomeWord ? Define(*words) : Ran(*words);
  }

  bool began() const { return began_; }
  bool ended() const { return ended_; }

 private:
  static bool IsOurs(std::string_view word) {
    return word == kTraceWord || word == kOutcomeWord || word == kRanWord || word == kEndedWord ||
           word == kRefusedWord;
  }

  bool Refuse(std::string_view line) {
    const std::size_t start = kRefusedWord.size() + 1;
    refusal_ = line.substr(start, line.rfind(" = ") - start);
    return true;
  }

  bool Begin(const Words& words) {
    const auto n = Numbers(words, 1, 2);
    began_ = !n.empty() && n[0] == kTraceFormat;
    outcomes_.clear();
    lines_ = 0;
    return began_;
  }

  bool Define(const Words& words) {
    const auto n = Numbers(words, 1, 1 + kOutcomeNumbers);
    if (n.empty()) return false;
    known_[n[0]] = {.what = n[1],
                    .esr = n[2],
                    .elr = n[3],
                    .spsr = n[4],
                    .far = n[5],
                    .hpfar = n[6],
                    .pstate = n[7],
                    .x0 = n[8]};
    return true;
  }

  bool Ran(const Words& words) {
    const auto ids = Numbers(words, 1, words.size() - 1);
    if (ids.empty()) return false;
    for (const std::uint64_t id : ids) {
      const auto known = known_.find(id);
      if (known == known_.end()) return false;
      outcomes_.push_back(known->second);
    }
    return true;
  }

  bool End(const Words& words) {
    const auto n = Numbers(words, 1, 1);
    ended_ = began_ && !n.empty() && n[0] == lines_;
    return ended_;
  }

  std::vector<Outcome>& outcomes_;
  std::string& refusal_;
  std::map<std::uint64_t, Outcome> known_;
  std::uint64_t lines_ = 0;
  bool began_ = false, ended_ = false;
};

}  // namespace

bool ParseTraceOutcomes(std::string_view console, std::size_t count, TraceOutcomes& received,
                        std::string& error) {
  Reader reader(received);
  std::string_view line;
  for (ConsoleLines lines(console); !reader.ended() && lines.Next(line);) {
    if (reader.Line(line)) continue;
    error = std::format("line {} of the console is damaged: {}", lines.number(), line);
    return false;
  }
  const std::size_t got = received.outcomes.size();
  if (!received.refusal.empty())
    error = received.refusal;
  else if (!reader.began())
    error = "the console has no outcomes";
  else if (!reader.ended())
    error = std::format("the outcomes have no end: the run stopped after {} of {} operations", got,
                        count);
  else if (got != count)
    error = std::format("{} operations were sent and {} outcomes received", count, got);
  return error.empty();
}

}  // namespace trivet::lab::board::trace
