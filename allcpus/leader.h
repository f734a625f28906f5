#pragma once

#include <cstdint>

#include "allcpus/rendezvous.h"
#include "allcpus/report.h"

namespace trivet::allcpus {

/// Opens a round. By one CPU at a time; it then leads. Errors, nothing changed: kAlreadyCreated
/// (the last round has not ended, or a CPU is still in the middle of its change).
Status Announce(const Rendezvous& group, Operation operation);

/// The leader's part in a round, step by step; as for Member, at most one access of shared memory
/// each. It joins as a Member of its own besides.
class Leader {
 public:
  enum class Phase : std::uint8_t {
    kCollectPrepared,
    kCollectCommitted,
    kRecheck,  ///< Looks once more whether anybody withdrew.
    kSettle,   ///< The verdict is out: waits until every CPU that joined has acted on it.
    kSay,      ///< Writes its word, then goes on in `next`.
    kFinished,
  };

  /// All there is to know about where it stands.
  struct Position {
    Phase phase = Phase::kFinished;
    Phase next = Phase::kFinished;  ///< After kSay.
    LeaderStage say = LeaderStage::kIdle;
    Status result = Status::kNotCreated;
    bool complete = true;     ///< So far in this pass over the cells, nobody was waited for.
    bool last_pass = false;   ///< It began after the time was over: who is not ready now is late.
    std::uint16_t index = 0;  ///< The cell it looks at next.
    friend bool operator==(const Position&, const Position&) = default;
  };

  /// `cpus` has an entry for each CPU of the group. Finished at once with kNotCreated when no round
  /// is announced.
  Leader(const Rendezvous& group, CpuReport* cpus);

  /// Goes on by one step. `expired`: the present phase has lasted long enough.
  void Step(bool expired);

  bool finished() const { return at_.phase == Phase::kFinished; }
  /// Once finished: kOk, all CPUs are changed; or why all are as before. `cpus` has the details.
  Status result() const { return at_.result; }
  const Position& position() const { return at_; }

 private:
  void Look(bool expired);
  void EndPass();
  void Advance();
  void Abort(Status cause);
  void Note(const MemberMessage& heard, unsigned index);
  void Announce(LeaderStage stage, Phase next);

  Rendezvous group_;
  CpuReport* cpus_;
  LeaderMessage round_;
  Position at_;
};

}  // namespace trivet::allcpus
