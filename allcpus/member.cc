#include "allcpus/member.h"

namespace trivet::allcpus {

void Member::Step(const LocalCpu& cpu, bool expired) {
  switch (at_.phase) {
    case Phase::kArrive: return Arrive();
    case Phase::kPrepare: return Prepare(cpu);
    case Phase::kPublish:
      own_->Write({.round = round_, .stage = at_.to_publish, .status = at_.result});
      return GoTo(at_.next);
    case Phase::kAwaitCommit: return AwaitCommit(expired);
    case Phase::kConfirm: return Confirm();
    case Phase::kCommit: return Commit(cpu);
    case Phase::kAwaitVerdict: return AwaitVerdict(expired);
    case Phase::kConfirmWithdrawal: return ConfirmWithdrawal();
    case Phase::kAwaitRecheck: return AwaitRecheck(expired);
    case Phase::kUndo: return Undo(cpu);
    case Phase::kFinished: return;
  }
}

void Member::Arrive() {
  const LeaderMessage message = leader_->Read();
  if (message.stage == LeaderStage::kIdle) return Finish(Status::kNotCreated);
  if (own_->Read().round == message.round) return Finish(Status::kAlreadyCreated);
  // A round that needs this CPU cannot proceed without it, except to its end.
  if (message.stage != LeaderStage::kPreparing) return Finish(message.status);
  round_ = message.round;
  at_.operation = message.operation;
  GoTo(Phase::kPrepare);
}

void Member::Prepare(const LocalCpu& cpu) {
  own_->error = cpu.act(cpu.self, Action::kPrepare, at_.operation);
  const Status status = own_->error.status;
  if (status != Status::kOk) return End(MemberStage::kRefused, status);
  Vote(MemberStage::kPrepared, Phase::kAwaitCommit);
}

/// Until this CPU publishes kConfirming it may leave at any time: a leader that has not read
/// kCommitted from it cannot recheck.
void Member::AwaitCommit(bool expired) {
  switch (LeaderStageNow()) {
    case LeaderStage::kPreparing:
      if (expired) End(MemberStage::kWithdrawn, Status::kTimedOut);
      return;
    case LeaderStage::kCommitting: return Vote(MemberStage::kConfirming, Phase::kConfirm);
    default: return End(MemberStage::kUndone, Status::kPeerFailed);
  }
}

/// Either this CPU sees that the leader aborted, or the leader, which reads the cells after it
/// published kAborted, sees kConfirming and waits for this CPU.
void Member::Confirm() {
  if (LeaderStageNow() == LeaderStage::kCommitting) return GoTo(Phase::kCommit);
  End(MemberStage::kUndone, Status::kPeerFailed);
}

void Member::Commit(const LocalCpu& cpu) {
  own_->error = cpu.act(cpu.self, Action::kCommit, at_.operation);
  const Status status = own_->error.status;
  if (status != Status::kOk) return UndoThenEnd(MemberStage::kFailed, status);
  Vote(MemberStage::kCommitted, Phase::kAwaitVerdict);
}

void Member::AwaitVerdict(bool expired) {
  switch (LeaderStageNow()) {
    case LeaderStage::kCommitting:
      if (!expired) return;
      at_.result = Status::kTimedOut;
      return Vote(MemberStage::kWithdrawing, Phase::kConfirmWithdrawal);
    case LeaderStage::kRechecking: return GoTo(Phase::kAwaitRecheck);
    case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
    default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
  }
}

/// A leader that begins to recheck after this CPU published kWithdrawing sees it. One that began
/// before may have missed it: then the leader's verdict counts.
void Member::ConfirmWithdrawal() {
  switch (LeaderStageNow()) {
    case LeaderStage::kCommitting: return UndoThenEnd(MemberStage::kWithdrawn, Status::kTimedOut);
    case LeaderStage::kRechecking:
      at_.result = Status::kOk;
      return Vote(MemberStage::kCommitted, Phase::kAwaitRecheck);
    case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
    default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
  }
}

void Member::AwaitRecheck(bool expired) {
  switch (LeaderStageNow()) {
    case LeaderStage::kRechecking:
      if (expired) End(MemberStage::kUndecided, Status::kTimedOut);
      return;
    case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
    default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
  }
}

void Member::Undo(const LocalCpu& cpu) {
  const percpu::Error error = cpu.act(cpu.self, Action::kUndo, at_.operation);
  if (error.status == Status::kOk) return Vote(at_.after_undo, Phase::kFinished);
  own_->error = error;
  End(MemberStage::kUndoFailed, error.status);
}

LeaderStage Member::LeaderStageNow() const {
  const LeaderMessage message = leader_->Read();
  return message.round == round_ ? message.stage : LeaderStage::kAborted;
}

void Member::Vote(MemberStage stage, Phase next) {
  at_.to_publish = stage;
  at_.next = next;
  GoTo(Phase::kPublish);
}

void Member::End(MemberStage stage, Status result) {
  at_.result = result;
  Vote(stage, Phase::kFinished);
}

void Member::UndoThenEnd(MemberStage stage, Status result) {
  at_.after_undo = stage;
  at_.result = result;
  GoTo(Phase::kUndo);
}

void Member::Finish(Status result) {
  at_.result = result;
  GoTo(Phase::kFinished);
}

}  // namespace trivet::allcpus
