#include "allcpus/leader.h"

namespace trivet::allcpus {
namespace {

/// What a CPU's stage means for the leader's present phase.
enum class Verdict : std::uint8_t {
  kGood,     ///< As required.
  kWaitFor,  ///< Not yet.
  kBad,      ///< It can no longer become kGood: abort.
};

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

Status Announce(const Rendezvous& group, Operation operation) {
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

Leader::Leader(const Rendezvous& group, CpuReport* cpus) : group_(group), cpus_(cpus) {
  const std::uint64_t word = group.leader->ReadWord();
  round_ = RoundOf(word);
  if (word != WordOf(round_, LeaderStage::kPreparing)) return;
  at_.phase = Phase::kCollectPrepared;
  at_.result = Status::kOk;
  for (unsigned i = 0; i < group_.count; ++i) cpus_[i] = {};
}

void Leader::Step(bool expired) {
  if (at_.phase == Phase::kFinished) return;
  if (at_.phase == Phase::kPublish) return Publish();
  if (at_.index == 0) at_.last_pass = expired;
  if (!Read(at_.index, GoodWord())) return;
  at_.index = static_cast<std::uint16_t>(at_.index + 1);
  if (at_.index == group_.count) EndPass();
}

void Leader::Pass(bool expired) {
  if (at_.phase == Phase::kFinished) return;
  at_.last_pass = expired;
  const std::uint64_t good = GoodWord();
  unsigned index = 0;
  while (index < group_.count && Read(index, good)) ++index;
  if (index == group_.count) EndPass();
  if (at_.phase == Phase::kPublish) Publish();
}

/// The word of a CPU that is as the present phase requires: the usual one, decided by one
/// comparison.
std::uint64_t Leader::GoodWord() const {
  switch (at_.phase) {
    case Phase::kCollectPrepared: return WordOf(round_, MemberStage::kPrepared);
    case Phase::kCollectCommitted:
    case Phase::kRecheck: return WordOf(round_, MemberStage::kCommitted);
    default: return WordOf(round_, MemberStage::kLeft);
  }
}

/// A CPU that has not done yet what the present phase waits for, in the usual course: the next look
/// decides, so nothing is reported.
inline bool Leader::IsUsualWait(std::uint64_t word) const {
  switch (at_.phase) {
    case Phase::kCollectPrepared: return RoundOf(word) != round_;
    case Phase::kCollectCommitted: return word == WordOf(round_, MemberStage::kPrepared);
    case Phase::kSettle: return word == WordOf(round_, MemberStage::kCommitted);
    default: return false;
  }
}

/// Reads one cell. A good stage stays good or becomes bad, so a pass that waited for no CPU proves
/// a moment at which all were ready. False: this CPU's stage has ended the pass.
inline bool Leader::Read(unsigned index, std::uint64_t good) {
  const std::uint64_t word = group_.members[index].ReadWord();
  if (word != good) {
    if (!IsUsualWait(word) || at_.last_pass) return ReadOther(index, word);
    at_.complete = false;
    return true;
  }
  if (at_.phase == Phase::kSettle) {
    cpus_[index].outcome = Outcome::kChanged;
  } else if (at_.last_pass) {
    cpus_[index].status = Status::kOk;
  }
  return true;
}

bool Leader::ReadOther(unsigned index, std::uint64_t word) {
  const MemberMessage message = MemberMessage::Decode(word);
  const bool joined = RoundOf(word) == round_;
  const Verdict verdict = Judge(at_.phase, message, joined);
  if (verdict == Verdict::kBad) return Abort(index, message.status), false;
  const bool waits = verdict == Verdict::kWaitFor;
  at_.complete = at_.complete && !waits;
  if (at_.phase == Phase::kSettle) {
    Note(index, message, joined);
  } else if (at_.last_pass) {
    cpus_[index].status = waits ? Status::kTimedOut : Status::kOk;
  }
  return true;
}

void Leader::EndPass() {
  at_.index = 0;
  if (at_.complete) return Advance();
  at_.complete = true;
  if (!at_.last_pass) return;
  if (at_.phase == Phase::kSettle) {
    at_.phase = Phase::kFinished;
    return;
  }
  at_.result = Status::kTimedOut;
  Announce(LeaderStage::kAborted, Phase::kSettle);
}

void Leader::Advance() {
  switch (at_.phase) {
    case Phase::kCollectPrepared:
      return Announce(LeaderStage::kCommitting, Phase::kCollectCommitted);
    case Phase::kCollectCommitted: return Announce(LeaderStage::kRechecking, Phase::kRecheck);
    case Phase::kRecheck: return Announce(LeaderStage::kDone, Phase::kSettle);
    default: at_.phase = Phase::kFinished; return;
  }
}

/// The CPU that was read has failed, so no other is reported as late.
void Leader::Abort(unsigned index, Status cause) {
  for (unsigned i = 0; i < group_.count; ++i) cpus_[i].status = Status::kOk;
  cpus_[index].status = cause;
  at_.index = 0;
  at_.complete = true;
  at_.result = cause;
  Announce(LeaderStage::kAborted, Phase::kSettle);
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

/// Writes the leader's word: the verdict of a round that failed says whether a CPU was late.
void Leader::Publish() {
  Status status = Status::kOk;
  if (at_.result != Status::kOk) {
    status = at_.result == Status::kTimedOut ? Status::kTimedOut : Status::kPeerFailed;
  }
  group_.leader->Write(round_, at_.to_publish, status);
  at_.phase = at_.next;
}

void Leader::Announce(LeaderStage stage, Phase next) {
  at_.to_publish = stage;
  at_.next = next;
  at_.phase = Phase::kPublish;
}

}  // namespace trivet::allcpus
