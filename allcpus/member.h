#pragma once

#include <cstdint>

#include "allcpus/local_cpu.h"
#include "allcpus/rendezvous.h"

namespace trivet::allcpus {

/// One CPU's part in a round, step by step. A step is at most one access of shared memory, or one
/// action of the CPU: whoever runs the steps of several machines in some order has one of the
/// orders in which CPUs can run them.
class Member {
 public:
  enum class Phase : std::uint8_t {
    kArrive,
    kPrepare,
    kSay,  ///< Writes its word, then goes on in `next`.
    kAwaitCommit,
    kConfirm,
    kCommit,
    kAwaitVerdict,
    kConfirmWithdrawal,
    kAwaitRecheck,
    kUndo,
    kFinished,
  };

  /// All there is to know about where it stands.
  struct Position {
    Phase phase = Phase::kArrive;
    Phase next = Phase::kArrive;           ///< After kSay.
    MemberStage say = MemberStage::kAway;  ///< The word of kSay.
    MemberStage after_undo = MemberStage::kAway;
    Status result = Status::kOk;
    Operation operation = Operation::kEnable;
    friend bool operator==(const Position&, const Position&) = default;
  };

  Member(const LeaderCell& leader, MemberCell& own) : leader_(&leader), own_(&own) {}

  /// Goes on by one step. `expired`: the present phase has lasted long enough. On the CPU of `cpu`.
  void Step(const LocalCpu& cpu, bool expired);

  bool finished() const { return at_.phase == Phase::kFinished; }
  /// Once finished: kOk, or why this CPU is as it was before.
  Status result() const { return at_.result; }
  const Position& position() const { return at_; }
  /// The round it joined; 0 until it has.
  std::uint64_t round() const { return round_; }

 private:
  void Arrive();
  void Prepare(const LocalCpu& cpu);
  void AwaitCommit(bool expired);
  void Confirm();
  void Commit(const LocalCpu& cpu);
  void AwaitVerdict(bool expired);
  void ConfirmWithdrawal();
  void AwaitRecheck(bool expired);
  void Undo(const LocalCpu& cpu);

  /// What the leader says about this round: kAborted once it is over and another has begun.
  LeaderStage Heard() const;
  void GoTo(Phase phase) { at_.phase = phase; }
  void Vote(MemberStage stage, Phase next);
  void End(MemberStage stage, Status result);
  void UndoThenEnd(MemberStage stage, Status result);
  void Finish(Status result);

  const LeaderCell* leader_;
  MemberCell* own_;
  std::uint64_t round_ = 0;
  Position at_;
};

}  // namespace trivet::allcpus
