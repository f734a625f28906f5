// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/member.h"

/// What Member's functions do. AllCpus includes it, so that a CPU's whole part is one function with
/// the machine's state in registers.
namespace trivet::allcpus {

/// The steps of a member. At Pace::kUntilItWaits a step of the usual course is followed by the next
/// at once, so that between two waits there is straight-line code; each access of shared memory
/// stays one step.
template <Member::Pace kPace>
class Member::Steps {
 public:
  Steps(Member& member, const LocalCpu& cpu, bool expired)
      : member_(member), at_(member.at_), cpu_(cpu), expired_(expired) {}

  [[gnu::always_inline]] void Go() {
    switch (at_.phase) {
      case Phase::kArrive: return Arrive();
      case Phase::kPrepare: return Prepare();
      case Phase::kPublish:
        member_.own_->Write(member_.round_, at_.to_publish, at_.result);
        at_.phase = at_.next;
        return;
      case Phase::kAwaitCommit: return AwaitCommit();
      case Phase::kConfirm: return Confirm();
      case Phase::kCommit: return Commit();
      case Phase::kAwaitVerdict: return AwaitVerdict();
      case Phase::kConfirmWithdrawal: return ConfirmWithdrawal();
      case Phase::kAwaitRecheck: return AwaitRecheck();
      case Phase::kUndo: return Undo();
      case Phase::kFinished: return;
    }
  }

 private:
  using Step = void (Steps::*)();

  [[gnu::always_inline]] void Arrive() {
    const std::uint64_t word = member_.leader_->ReadWord();
    const LeaderMessage message = LeaderMessage::Decode(word);
    if (message.stage == LeaderStage::kIdle) return Finish(Status::kNotCreated);
    if (member_.own_->Read().round == message.round) return Finish(Status::kAlreadyCreated);
    // A round that needs this CPU cannot proceed without it, except to its end.
    if (message.stage != LeaderStage::kPreparing) return Finish(message.status);
    member_.round_ = RoundOf(word);
    at_.operation = message.operation;
    Then<&Steps::Prepare>(Phase::kPrepare);
  }

  [[gnu::always_inline]] void Prepare() {
    const Status status = Act(Action::kPrepare);
    if (status != Status::kOk) [[unlikely]]
      return End(MemberStage::kRefused, status);
    Vote(MemberStage::kPrepared, Phase::kAwaitCommit);
  }

  /// Until this CPU publishes kConfirming it may leave at any time: a leader that has not read
  /// kCommitted from it cannot recheck.
  [[gnu::always_inline]] void AwaitCommit() {
    switch (LeaderStageNow()) {
      case LeaderStage::kPreparing:
        if (expired_) End(MemberStage::kWithdrawn, Status::kTimedOut);
        return;
      case LeaderStage::kCommitting:
        return Vote<&Steps::Confirm>(MemberStage::kConfirming, Phase::kConfirm);
      default: return End(MemberStage::kUndone, Status::kPeerFailed);
    }
  }

  /// Either this CPU sees that the leader aborted, or the leader, which reads the cells after it
  /// published kAborted, sees kConfirming and waits for this CPU.
  [[gnu::always_inline]] void Confirm() {
    if (LeaderStageNow() == LeaderStage::kCommitting) [[likely]]
      return Then<&Steps::Commit>(Phase::kCommit);
    End(MemberStage::kUndone, Status::kPeerFailed);
  }

  [[gnu::always_inline]] void Commit() {
    const Status status = Act(Action::kCommit);
    if (status != Status::kOk) [[unlikely]]
      return UndoThenEnd(MemberStage::kFailed, status);
    Vote(MemberStage::kCommitted, Phase::kAwaitVerdict);
  }

  [[gnu::always_inline]] void AwaitVerdict() {
    switch (LeaderStageNow()) {
      case LeaderStage::kCommitting:
        if (!expired_) return;
        at_.result = Status::kTimedOut;
        return Vote(MemberStage::kWithdrawing, Phase::kConfirmWithdrawal);
      case LeaderStage::kRechecking: return Then(Phase::kAwaitRecheck);
      case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
      default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
    }
  }

  /// A leader that begins to recheck after this CPU published kWithdrawing sees it. One that began
  /// before may have missed it: then the leader's verdict counts.
  [[gnu::always_inline]] void ConfirmWithdrawal() {
    switch (LeaderStageNow()) {
      case LeaderStage::kCommitting: return UndoThenEnd(MemberStage::kWithdrawn, Status::kTimedOut);
      case LeaderStage::kRechecking:
        at_.result = Status::kOk;
        return Vote(MemberStage::kCommitted, Phase::kAwaitRecheck);
      case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
      default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
    }
  }

  [[gnu::always_inline]] void AwaitRecheck() {
    switch (LeaderStageNow()) {
      case LeaderStage::kRechecking:
        if (expired_) End(MemberStage::kUndecided, Status::kTimedOut);
        return;
      case LeaderStage::kDone: return End(MemberStage::kLeft, Status::kOk);
      default: return UndoThenEnd(MemberStage::kUndone, Status::kPeerFailed);
    }
  }

  [[gnu::always_inline]] void Undo() {
    const Status status = Act(Action::kUndo);
    if (status == Status::kOk) return Vote(at_.after_undo, Phase::kFinished);
    End(MemberStage::kUndoFailed, status);
  }

  [[gnu::always_inline]] Status Act(Action action) {
    return cpu_.Act(action, at_.operation, member_.own_->error);
  }

  /// The leader's stage in this round: kAborted once another round has begun. A word with a reason
  /// for failure is kAborted's.
  [[gnu::always_inline]] LeaderStage LeaderStageNow() const {
    const std::uint64_t stage = member_.leader_->ReadWord() - member_.round_;
    return stage <= static_cast<std::uint64_t>(LeaderStage::kDone) ? static_cast<LeaderStage>(stage)
                                                                   : LeaderStage::kAborted;
  }

  /// Continues in `phase`, at once with `kNext` if that is given.
  template <Step kNext = nullptr>
  [[gnu::always_inline]] void Then(Phase phase) {
    at_.phase = phase;
    if constexpr (kPace == Pace::kUntilItWaits && kNext != nullptr) (this->*kNext)();
  }

  /// Publishes `stage`, then continues in `next`.
  template <Step kNext = nullptr>
  [[gnu::always_inline]] void Vote(MemberStage stage, Phase next) {
    if constexpr (kPace == Pace::kUntilItWaits) {
      member_.own_->Write(member_.round_, stage, at_.result);
      return Then<kNext>(next);
    }
    at_.to_publish = stage;
    at_.next = next;
    at_.phase = Phase::kPublish;
  }

  [[gnu::always_inline]] void End(MemberStage stage, Status result) {
    at_.result = result;
    Vote(stage, Phase::kFinished);
  }

  [[gnu::always_inline]] void UndoThenEnd(MemberStage stage, Status result) {
    at_.after_undo = stage;
    at_.result = result;
    Then(Phase::kUndo);
  }

  [[gnu::always_inline]] void Finish(Status result) {
    at_.result = result;
    Then(Phase::kFinished);
  }

  Member& member_;
  Position& at_;
  const LocalCpu& cpu_;
  const bool expired_;
};

inline void Member::Advance(const LocalCpu& cpu, bool expired) {
  do {
    Steps<Pace::kUntilItWaits>(*this, cpu, expired).Go();
  } while (at_.phase == Phase::kUndo || at_.phase == Phase::kConfirmWithdrawal);
}

}  // namespace trivet::allcpus
