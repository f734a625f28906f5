// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "allcpus/leader.h"

#include <utility>

#include "allcpus/leader_steps.h"

namespace trivet::allcpus {
namespace {

/// `message` is from an earlier round, or empty, until its CPU has made its checks.
Verdict JudgePrepared(const MemberMessage& message, bool joined) {
  if (!joined) return Verdict::kWaitFor;
  return message.stage == MemberStage::kPrepared ? Verdict::kGood : Verdict::kBad;
}

Verdict JudgeCommitted(MemberStage stage) {
  switch (stage) {
    case MemberStage::kCommitted: return Verdict::kGood;
    case MemberStage::kPrepared:
    case MemberStage::kConfirming: return Verdict::kWaitFor;
    default: return Verdict::kBad;
  }
}

/// A CPU that withdrew before kRechecking undoes its change; one that withdrew later returns to
/// kCommitted. A kUndecided CPU stays changed, which agrees with the verdict to come, kDone.
Verdict JudgeRechecked(MemberStage stage) {
  switch (stage) {
    case MemberStage::kCommitted:
    case MemberStage::kUndecided: return Verdict::kGood;
    case MemberStage::kWithdrawing: return Verdict::kWaitFor;
    default: return Verdict::kBad;
  }
}

/// A CPU that never joined is not waited for: it will get an error when it does.
Verdict JudgeSettled(const MemberMessage& message, bool joined) {
  return !joined || IsEnd(message.stage) ? Verdict::kGood : Verdict::kWaitFor;
}

Verdict Judge(Leader::Phase phase, const MemberMessage& message, bool joined) {
  switch (phase) {
    case Leader::Phase::kCollectPrepared: return JudgePrepared(message, joined);
    case Leader::Phase::kCollectCommitted: return JudgeCommitted(message.stage);
    case Leader::Phase::kRecheck: return JudgeRechecked(message.stage);
    default: return JudgeSettled(message, joined);
  }
}

/// The outcome of a CPU that is at `stage` when the leader stops waiting for it.
Outcome OutcomeOf(MemberStage stage, bool stands) {
  switch (stage) {
    case MemberStage::kLeft: return Outcome::kChanged;
    case MemberStage::kUndoFailed: return Outcome::kUndoFailed;
    case MemberStage::kUndecided: return stands ? Outcome::kChanged : Outcome::kUndecided;
    case MemberStage::kCommitted:
    case MemberStage::kWithdrawing: return stands ? Outcome::kChanged : Outcome::kUnresolved;
    case MemberStage::kConfirming: return Outcome::kUnresolved;
    default:
      return Outcome::kAsBefore;  // kPrepared too: it rereads the leader's word before it changes.
  }
}

/// Stages that follow a failed action, which left its details in the cell.
bool HasError(MemberStage stage) {
  return stage == MemberStage::kRefused || stage == MemberStage::kFailed ||
         stage == MemberStage::kUndoFailed;
}

bool FailedByItself(MemberStage stage) {
  return HasError(stage) || stage == MemberStage::kWithdrawn;
}

/// At these stages the CPU's registers and its published state may disagree.
bool IsInTheMiddle(MemberStage stage) { return !IsEnd(stage) && stage != MemberStage::kPrepared; }

}  // namespace

Status Announce(const Rendezvous& of, Operation operation) {
  const Rendezvous group = of;  // In registers.
  const LeaderMessage last = group.leader->Read();
  const bool over = last.stage == LeaderStage::kIdle || last.stage == LeaderStage::kDone ||
                    last.stage == LeaderStage::kAborted;
  if (!over) return Status::kAlreadyCreated;
  for (unsigned i = 0; i < group.count; ++i) {
    if (IsInTheMiddle(group.members[i].Read().stage)) return Status::kAlreadyCreated;
  }
  group.leader->Write(
      {.round = last.round + 1, .stage = LeaderStage::kPreparing, .operation = operation});
  return Status::kOk;
}

void Leader::Step(bool expired) {
  if (at_.phase == Phase::kFinished) return;
  if (at_.phase == Phase::kPublish) return Publish();
  if (at_.index == 0) at_.last_pass = expired;
  const Usual usual = UsualWords();
  const std::uint64_t word = group_.members[at_.index].ReadWord();
  const Verdict verdict = word == usual.good ? Verdict::kGood : Inspect(at_.index, word, usual);
  if (verdict == Verdict::kBad) return;
  at_.complete = at_.complete && verdict == Verdict::kGood;
  at_.index = static_cast<std::uint16_t>(at_.index + 1);
  if (at_.index < group_.count) return;
  at_.index = 0;
  EndPass(std::exchange(at_.complete, true));
}

/// What the word of one CPU means; in the last pass and when it settles, for the report too. After
/// kBad the pass is over: the failure is to be published.
Verdict Leader::Read(unsigned index, std::uint64_t word) {
  const MemberMessage message = MemberMessage::Decode(word);
  const bool joined = RoundOf(word) == round_;
  const Verdict verdict = Judge(at_.phase, message, joined);
  if (verdict == Verdict::kBad) {
    Abort(index, message.status);
  } else if (at_.phase == Phase::kSettle) {
    Note(index, message, joined);
  } else if (at_.last_pass) {
    cpus_[index].status = verdict == Verdict::kWaitFor ? Status::kTimedOut : Status::kOk;
  }
  return verdict;
}

/// The CPU that was read has failed, so no other is reported as late.
void Leader::Abort(unsigned index, Status cause) {
  for (unsigned i = 0; i < group_.count; ++i) cpus_[i].status = Status::kOk;
  cpus_[index].status = cause;
  at_.index = 0;
  at_.complete = true;
  Fail(cause);
}

void Leader::Fail(Status cause) {
  at_.result = cause;
  Announce(LeaderStage::kAborted, Phase::kSettle);
}

/// The verdict of a round that failed says whether a CPU was late.
Status Leader::FailureForMembers() const {
  return at_.result == Status::kTimedOut ? Status::kTimedOut : Status::kPeerFailed;
}

void Leader::Note(unsigned index, const MemberMessage& message, bool joined) {
  CpuReport& cpu = cpus_[index];
  const bool stands = at_.result == Status::kOk;
  cpu.outcome = joined ? OutcomeOf(message.stage, stands) : Outcome::kAbsent;
  if (joined && FailedByItself(message.stage)) {
    cpu.status = message.status;
    if (HasError(message.stage)) cpu.error = group_.members[index].error;
  } else if (!stands && cpu.status == Status::kOk) {
    cpu.status = Status::kPeerFailed;
  }
}

}  // namespace trivet::allcpus
