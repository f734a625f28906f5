// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tools/runner/serial/watch.h"

#include <algorithm>

namespace trivet::runner {
namespace {

constexpr milliseconds kSlice(500);

/// How the run ended, if it did. A console at rest behind the prompt is U-Boot's.
std::optional<Verdict> Ended(const Transcript& transcript, std::string_view prompt, bool at_rest,
                             const Expectation& expected) {
  if (const auto status = transcript.status()) {
    return JudgeStatus(*status, expected, transcript.seen());
  }
  if (!transcript.banner().empty()) {
    return Verdict{kStatusCutOff,
                   "the board restarted before the image was done: '" + transcript.banner() + "'",
                   transcript.Tail()};
  }
  if (const auto returned = transcript.returned()) {
    return JudgeStatus(*returned, expected, transcript.seen());
  }
  if (at_rest && !prompt.empty() && transcript.unfinished() == prompt) {
    return Verdict{
        kStatusCutOff,
        "U-Boot is back at its prompt; the last it said is '" + transcript.LastLine() + "'",
        transcript.Tail()};
  }
  return std::nullopt;
}

}  // namespace

Verdict Watch(Wire& wire, const Transcript& transcript, std::string_view prompt,
              const Expectation& expected, std::optional<milliseconds> limit) {
  const milliseconds start = wire.Now();
  bool at_rest = false;
  for (;;) {
    if (const auto verdict = Ended(transcript, prompt, at_rest, expected)) return *verdict;
    const milliseconds spent = wire.Now() - start;
    if (limit && spent >= *limit) {
      return {kStatusTimedOut,
              "guest did not stop within " + std::to_string(limit->count() / 1000) + "s",
              transcript.Tail()};
    }
    const auto text = wire.Text(limit ? std::min(kSlice, *limit - spent) : kSlice);
    if (!text) {
      Verdict verdict = text.error();
      verdict.tail = transcript.Tail();
      return verdict;
    }
    at_rest = text->empty();
  }
}

}  // namespace trivet::runner
