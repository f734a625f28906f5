// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/rendezvous.h"
#include "allcpus/report.h"

namespace trivet::allcpus {

/// Opens a round. By one CPU at a time; it then leads. Errors, nothing changed: kAlreadyCreated
/// (the last round has not ended, or a CPU is still in the middle of its change).
Status Announce(const Rendezvous& group, Operation operation);

/// What a CPU's stage means for the leader's present phase.
enum class Verdict : std::uint8_t {
  kGood,     ///< As required.
  kWaitFor,  ///< Not yet.
  kBad,      ///< It can no longer become kGood: abort.
};

/// The leader's part in a round, as a state machine; as for Member, a step makes at most one access
/// of shared memory. The leading CPU also joins as a Member.
class Leader {
 public:
  enum class Phase : std::uint8_t {
    kCollectPrepared,
    kCollectCommitted,
    kRecheck,  ///< Checks again that no CPU withdrew.
    kSettle,   ///< The verdict is published: waits until every joined CPU has acted on it.
    kPublish,  ///< Writes its word, then continues in `next`.
    kFinished,
  };

  /// The complete state of the machine.
  struct Position {
    Phase phase = Phase::kFinished;
    Phase next = Phase::kFinished;  ///< After kPublish.
    LeaderStage to_publish = LeaderStage::kIdle;
    Status result = Status::kNotCreated;
    bool complete =
        true;  ///< So far in this pass over the cells, no CPU was waited for. Step() only.
    bool last_pass =
        false;  ///< It began after the time limit: a CPU that is not ready now is late.
    std::uint16_t index = 0;  ///< The cell it reads next.
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// `cpus` has an entry for each CPU of the group. Finished at once with kNotCreated when no round
  /// is announced.
  inline Leader(const Rendezvous& group, CpuReport* cpus);

  /// Makes one step. `expired`: the present phase has reached its time limit.
  void Step(bool expired);
  /// Makes the steps of one pass over the cells, and publishes what follows from it.
  /// leader_steps.h has it.
  [[gnu::always_inline]] inline void Pass(bool expired);

  bool finished() const { return at_.phase == Phase::kFinished; }
  /// Once finished: kOk, all CPUs are changed; or the reason why all are as before. `cpus` has the
  /// details.
  Status result() const { return at_.result; }
  const Position& position() const { return at_; }

 private:
  struct Usual;

  Usual UsualWords() const;
  Verdict Inspect(unsigned index, std::uint64_t word, const Usual& usual);
  Verdict Read(unsigned index, std::uint64_t word);
  void EndPass(bool complete);
  void Publish();
  void Advance();
  void Abort(unsigned index, Status cause);
  void Fail(Status cause);
  Status FailureForMembers() const;
  void Note(unsigned index, const MemberMessage& message, bool joined);
  void Announce(LeaderStage stage, Phase next);

  Rendezvous group_;
  CpuReport* cpus_;
  std::uint64_t round_ = 0;  // As RoundOf() gives it.
  Position at_;
};

}  // namespace trivet::allcpus
