// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "allcpus/leader.h"
#include "allcpus/member.h"

/// A group of CPUs that run the protocol's own machines, one step at a time in an order that a test
/// chooses, and the rules that hold in every state they can get into.
namespace trivet::tests {

/// What goes wrong on the victim.
enum class Failure : std::uint8_t { kNone, kRefuses, kCommitFails, kUndoFails, kAbsent };

struct Scenario {
  unsigned cpus = 3;
  unsigned rounds = 1;  ///< The second one does the opposite, or tries again.
  Failure failure = Failure::kNone;
  unsigned victim = 0;
  bool may_time_out = false;  ///< Any wait may end at any look.
};

/// A CPU that is enabled or not.
struct FakeCpu {
  bool enabled = false;
  bool half_done = false;  ///< A failed commit left something.
  Failure failure = Failure::kNone;

  Status Act(allcpus::Action action, allcpus::Operation operation);
  allcpus::LocalCpu Local();
};

inline constexpr Status kRefusal = Status::kInUse;
inline constexpr Status kCommitFailure = Status::kVectorsReplaced;
inline constexpr Status kUndoFailure = Status::kRestoreMismatch;

class ProtocolModel {
 public:
  static constexpr unsigned kMostCpus = 3;

  explicit ProtocolModel(const Scenario& scenario);
  ProtocolModel(const ProtocolModel&) = delete;
  ProtocolModel& operator=(const ProtocolModel&) = delete;

  /// Actor 0 is the leader, actor 1 + i is CPU i. False when it has nothing more to do.
  unsigned actors() const { return scenario_.cpus + 1; }
  bool CanMove(unsigned actor) const;
  /// It has something to do in its present round.
  bool IsRunning(unsigned actor) const;
  /// One step of an actor. A finished one begins its next round, if it has one.
  void Move(unsigned actor, bool expired);
  /// What the drivers do between two looks at the clock, as one call: Member::Advance() or
  /// Leader::Pass(). The present round only.
  void MoveAsDriven(unsigned actor, bool expired);
  /// The same by single steps.
  void MoveStepByStep(unsigned actor, bool expired);

  /// The rule that the present state breaks; empty when none.
  std::string BrokenRule() const;

  /// Everything that later steps or rules depend on.
  struct State {
    std::uint64_t leader_word;
    std::uint64_t words[kMostCpus];
    allcpus::Member members[kMostCpus];
    allcpus::Leader leader;
    allcpus::CpuReport reports[kMostCpus];
    FakeCpu cpus[kMostCpus];
    bool enabled_before[kMostCpus];
    std::uint8_t joins[kMostCpus];
    std::uint8_t announcements;
  };
  State Save() const;
  void Load(const State& state);
  /// Equal for states that differ in nothing that a later step or rule depends on.
  std::string Key() const;
  /// The same for what an actor does when it is alone.
  std::string KeyOf(unsigned actor) const;

  const allcpus::Leader& leader() const { return leader_; }
  const allcpus::Member& member(unsigned i) const { return members_[i]; }
  const allcpus::CpuReport& report(unsigned i) const { return reports_[i]; }

 private:
  allcpus::Rendezvous Group() { return {&leader_cell_, cells_, scenario_.cpus}; }
  void AnnounceNext();
  /// In another state than when the present round was announced.
  bool IsChanged(unsigned i) const;
  std::string BrokenByLeader() const;
  std::string BrokenByOutcome(unsigned i) const;
  std::string BrokenByMember(unsigned i) const;
  std::string BrokenByHaste() const;
  std::string BrokenByReport() const;
  bool EndedOddly(unsigned i) const;
  bool HasVerdict() const;
  bool IsStatusLive(unsigned i) const;
  bool IsOutcomeLive(unsigned i) const;

  const Scenario scenario_;
  allcpus::LeaderCell leader_cell_;
  allcpus::MemberCell cells_[kMostCpus];
  allcpus::CpuReport reports_[kMostCpus];
  FakeCpu cpus_[kMostCpus];
  allcpus::Member members_[kMostCpus];
  allcpus::Leader leader_;
  bool enabled_before_[kMostCpus] = {};
  std::uint8_t joins_[kMostCpus] = {1, 1, 1};
  std::uint8_t announcements_ = 1;
};

}  // namespace trivet::tests
