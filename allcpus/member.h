// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/local_cpu.h"
#include "allcpus/rendezvous.h"

namespace trivet::allcpus {

/// One CPU's part in a round, as a state machine. A step makes at most one access of shared memory,
/// or one action on the CPU: every order in which a test runs the steps of several machines is one
/// in which CPUs can run them.
class Member {
 public:
  enum class Phase : std::uint8_t {
    kArrive,
    kPrepare,
    kPublish,  ///< Writes its word, then continues in `next`.
    kAwaitCommit,
    kConfirm,
    kCommit,
    kAwaitVerdict,
    kConfirmWithdrawal,
    kAwaitRecheck,
    kUndo,
    kFinished,
  };

  /// The complete state of the machine.
  struct Position {
    Phase phase = Phase::kArrive;
    Phase next = Phase::kArrive;                  ///< After kPublish.
    MemberStage to_publish = MemberStage::kAway;  ///< The word of kPublish.
    MemberStage after_undo = MemberStage::kAway;
    Status result = Status::kOk;
    Operation operation = Operation::kEnable;
    friend bool operator==(const Position&, const Position&) = default;
  };

  Member(const LeaderCell& leader, MemberCell& own) : leader_(&leader), own_(&own) {}

  /// Makes one step, on the CPU of `cpu`. `expired`: the present phase has reached its time limit.
  void Step(const LocalCpu& cpu, bool expired);
  /// Makes steps until it waits for another CPU, or is finished. member_steps.h has it.
  [[gnu::always_inline]] inline void Advance(const LocalCpu& cpu, bool expired);

  bool finished() const { return at_.phase == Phase::kFinished; }
  /// Once finished: kOk, or why this CPU is as it was before.
  Status result() const { return at_.result; }
  const Position& position() const { return at_; }
  /// The round it joined, as RoundOf() gives it; 0 until it has.
  std::uint64_t round() const { return round_; }

  /// Of member_steps.h.
  enum class Pace : std::uint8_t { kOneStep, kUntilItWaits };

 private:
  template <Pace kPace>
  class Steps;

  const LeaderCell* leader_;
  MemberCell* own_;
  std::uint64_t round_ = 0;
  Position at_;
};

}  // namespace trivet::allcpus
