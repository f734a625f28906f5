// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <algorithm>
#include <cstdint>

#include "allcpus/leader.h"
#include "allcpus/report.h"

/// What Leader's functions do in the usual course. AllCpus includes it, so that a pass has no call.
namespace trivet::allcpus {

inline Leader::Leader(const Rendezvous& group, CpuReport* cpus) : group_(group), cpus_(cpus) {
  const std::uint64_t word = group.leader->ReadWord();
  round_ = RoundOf(word);
  if (word != WordOf(round_, LeaderStage::kPreparing)) return;
  at_.phase = Phase::kCollectPrepared;
  at_.result = Status::kOk;
  for (unsigned i = 0; i < group_.count; ++i) cpus_[i] = {.outcome = Outcome::kChanged};
}

/// What a phase finds in a cell in the usual course: the word of a CPU that is as required, and the
/// stage of one that it waits for. The rest is for Read().
struct Leader::Usual {
  /// The stage of a CPU that has not joined: any word of another round, capped.
  static constexpr std::uint64_t kNotJoined = 0x1'0000;
  static constexpr std::uint64_t kNothing = ~std::uint64_t{0};

  std::uint64_t good;
  std::uint64_t wait;
};

inline Leader::Usual Leader::UsualWords() const {
  constexpr auto kStage = [](MemberStage stage) { return static_cast<std::uint64_t>(stage); };
  static constexpr Usual kUsual[] = {
      {.good = kStage(MemberStage::kPrepared), .wait = Usual::kNotJoined},
      {.good = kStage(MemberStage::kCommitted), .wait = kStage(MemberStage::kPrepared)},
      {.good = kStage(MemberStage::kCommitted), .wait = Usual::kNothing},
      {.good = kStage(MemberStage::kLeft), .wait = kStage(MemberStage::kCommitted)},
  };
  // The last pass reports on each CPU: Read() has all of them.
  if (at_.last_pass) return {.good = Usual::kNothing, .wait = Usual::kNothing};
  const Usual usual = kUsual[static_cast<unsigned>(at_.phase)];
  return {.good = round_ | usual.good, .wait = usual.wait};
}

/// A word that is not usual.good.
[[gnu::always_inline]] inline Verdict Leader::Inspect(unsigned index, std::uint64_t word,
                                                      const Usual& usual) {
  const bool waits = std::min(word - round_, Usual::kNotJoined) == usual.wait;
  return waits ? Verdict::kWaitFor : Read(index, word);
}

inline void Leader::Announce(LeaderStage stage, Phase next) {
  at_.to_publish = stage;
  at_.next = next;
  at_.phase = Phase::kPublish;
}

/// `complete`: the pass waited for no CPU.
[[gnu::always_inline]] inline void Leader::EndPass(bool complete) {
  if (complete) return Advance();
  if (!at_.last_pass) [[likely]]
    return;
  if (at_.phase == Phase::kSettle) {
    at_.phase = Phase::kFinished;
    return;
  }
  Fail(Status::kTimedOut);
}

[[gnu::always_inline]] inline void Leader::Advance() {
  switch (at_.phase) {
    case Phase::kCollectPrepared:
      return Announce(LeaderStage::kCommitting, Phase::kCollectCommitted);
    case Phase::kCollectCommitted: return Announce(LeaderStage::kRechecking, Phase::kRecheck);
    case Phase::kRecheck: return Announce(LeaderStage::kDone, Phase::kSettle);
    default: at_.phase = Phase::kFinished; return;
  }
}

/// Writes the leader's word.
[[gnu::always_inline]] inline void Leader::Publish() {
  const Status status = at_.result == Status::kOk ? Status::kOk : FailureForMembers();
  group_.leader->Write(round_, at_.to_publish, status);
  at_.phase = at_.next;
}

/// A good stage stays good or becomes bad, so a pass that waited for no CPU proves a moment at
/// which all were ready.
inline void Leader::Pass(bool expired) {
  if (finished()) return;
  at_.last_pass = expired;
  const Usual usual = UsualWords();
  const Rendezvous group = group_;  // In registers.
  bool complete = true;
  for (unsigned i = 0; i < group.count; ++i) {
    const std::uint64_t word = group.members[i].ReadWord();
    if (word == usual.good) continue;
    const Verdict verdict = Inspect(i, word, usual);
    if (verdict == Verdict::kBad) return Publish();
    if (verdict == Verdict::kWaitFor) complete = false;
  }
  EndPass(complete);
  if (at_.phase == Phase::kPublish) Publish();
}

}  // namespace trivet::allcpus
