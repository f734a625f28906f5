// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every order in which the CPUs of a group can take the protocol's steps, with one failure at every
// possible place and with waits that end at any moment: the code that runs is the protocol's own.

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdio>
#include <set>
#include <string>
#include <unordered_set>
#include <vector>

#include "tests/allcpus/protocol_model.h"

namespace trivet::tests {
namespace {

using allcpus::MemberStage;
using allcpus::Outcome;

/// What was seen on the way; a test that never got somewhere proves nothing about it.
struct Seen {
  std::size_t states = 0;
  std::size_t ends = 0;
  std::set<Status> leader_results;
  std::set<MemberStage> stages;
  std::set<Outcome> outcomes;
};

class Explorer {
 public:
  explicit Explorer(const Scenario& scenario) : scenario_(scenario), model_(scenario) {}

  /// Visits every state once. Stops at the first that breaks a rule.
  Seen Run() {
    Enter();
    while (!open_.empty() && !::testing::Test::HasFailure()) {
      const ProtocolModel::State state = open_.back();
      open_.pop_back();
      model_.Load(state);
      Expand(state);
    }
    seen_.states = visited_.size();
    return seen_;
  }

 private:
  void Expand(const ProtocolModel::State& state) {
    bool over = true;
    const unsigned first = Private();
    const unsigned end = first == 0 ? model_.actors() : first + 1;
    for (unsigned actor = first; actor < end; ++actor) {
      for (const bool expired : {false, true}) {
        if (expired && !MayExpire(actor)) continue;
        model_.Load(state);
        if (!model_.CanMove(actor)) continue;
        over = false;
        model_.Move(actor, expired);
        Enter();
      }
    }
    seen_.ends += over ? 1 : 0;
    CheckThatNobodyWaitsForEver(state);
  }

  /// A CPU whose next step neither reads nor writes what another step or a rule depends on, so that
  /// any order with others' steps is the same as taking it first; 0 when there is none.
  unsigned Private() const {
    for (unsigned i = 0; i < scenario_.cpus; ++i) {
      if (model_.member(i).position().phase == allcpus::Member::Phase::kPrepare) return i + 1;
    }
    return 0;
  }

  /// A leader's timeout ends with any failure to come; a CPU's only if the leader is too slow.
  bool MayExpire(unsigned actor) const {
    return scenario_.may_time_out || (actor == 0 && scenario_.failure == Failure::kAbsent);
  }

  void Enter() {
    if (!visited_.insert(model_.Key()).second) return;
    const std::string rule = model_.BrokenRule();
    ASSERT_EQ(rule, "") << "after " << visited_.size() << " states";
    Note();
    open_.push_back(model_.Save());
  }

  void Note() {
    for (unsigned i = 0; i < scenario_.cpus; ++i) {
      seen_.stages.insert(model_.member(i).position().to_publish);
      if (model_.leader().finished()) seen_.outcomes.insert(model_.report(i).outcome);
    }
    if (model_.leader().finished()) seen_.leader_results.insert(model_.leader().result());
  }

  /// If everybody else stops here for ever, each comes to its end once it is time limit passed.
  /// What it does alone depends on its own state and on the words it reads, so each of those is
  /// tried once.
  void CheckThatNobodyWaitsForEver(const ProtocolModel::State& state) {
    constexpr unsigned kEnough = 40;
    for (unsigned actor = 0; actor < model_.actors(); ++actor) {
      model_.Load(state);
      if (!tried_.insert(model_.KeyOf(actor)).second) continue;
      CheckThatDriversTakeTheSameSteps(state, actor);
      model_.Load(state);
      for (unsigned step = 0; step < kEnough && model_.IsRunning(actor); ++step) {
        model_.Move(actor, true);
      }
      ASSERT_FALSE(model_.IsRunning(actor)) << "actor " << actor << " waits for ever";
    }
  }

  /// AllCpus calls Advance() and Pass(): each leaves what the single steps leave that were
  /// explored. Neither stops before it publishes, nor a leader within a pass.
  void CheckThatDriversTakeTheSameSteps(const ProtocolModel::State& state, unsigned actor) {
    if (!model_.IsRunning(actor)) return;
    const allcpus::Leader::Position& leader = model_.leader().position();
    if (actor == 0 && (leader.index != 0 || leader.phase == allcpus::Leader::Phase::kPublish))
      return;
    if (actor != 0 && model_.member(actor - 1).position().phase == allcpus::Member::Phase::kPublish)
      return;
    for (const bool expired : {false, true}) {
      model_.Load(state);
      model_.MoveStepByStep(actor, expired);
      const std::string expected = model_.Key();
      model_.Load(state);
      model_.MoveAsDriven(actor, expired);
      ASSERT_EQ(model_.Key(), expected) << "actor " << actor;
    }
  }

  const Scenario scenario_;
  ProtocolModel model_;
  Seen seen_;
  std::unordered_set<std::string> visited_;
  std::unordered_set<std::string> tried_;
  std::vector<ProtocolModel::State> open_;
};

std::string NameOf(const Scenario& scenario) {
  const char* const failures[] = {"no failure", "refuses", "commit fails", "undo fails", "absent"};
  return std::to_string(scenario.cpus) + " CPUs, " + std::to_string(scenario.rounds) +
         " rounds, victim " + std::to_string(scenario.victim) + ": " +
         failures[static_cast<unsigned>(scenario.failure)] +
         (scenario.may_time_out ? ", with timeouts" : "");
}

Seen Explore(const Scenario& scenario) {
  SCOPED_TRACE(NameOf(scenario));
  const Seen seen = Explorer(scenario).Run();
  std::printf("  %s: %zu states, %zu ends\n", NameOf(scenario).c_str(), seen.states, seen.ends);
  return seen;
}

TEST(Interleavings, WithoutFailureThreeCpusChangeTogether) {
  const Seen seen = Explore({});
  EXPECT_EQ(seen.leader_results, std::set<Status>{Status::kOk});
  EXPECT_EQ(seen.outcomes, std::set<Outcome>{Outcome::kChanged});
}

TEST(Interleavings, OneFailureAtEveryPlaceLeavesThreeCpusAsTheyWere) {
  for (unsigned victim = 0; victim < 3; ++victim) {
    for (const Failure failure : {Failure::kRefuses, Failure::kCommitFails, Failure::kAbsent}) {
      const Seen seen = Explore({.failure = failure, .victim = victim});
      EXPECT_FALSE(seen.leader_results.contains(Status::kOk));
      EXPECT_FALSE(seen.outcomes.contains(Outcome::kChanged));
    }
  }
}

/// Here a leader may stop while it rechecks, a CPU in the middle of its change, and everybody else
/// gives up: every stage and every outcome occurs. An undo that fails needs no third CPU.
TEST(Interleavings, WhateverStopsForHoweverLongTheAnswersAreTrue) {
  std::vector<Scenario> scenarios = {{.may_time_out = true}};
  for (unsigned victim = 0; victim < 3; ++victim) {
    for (const Failure failure : {Failure::kRefuses, Failure::kCommitFails, Failure::kAbsent}) {
      scenarios.push_back({.failure = failure, .victim = victim, .may_time_out = true});
    }
  }
  for (unsigned victim = 0; victim < 2; ++victim) {
    scenarios.push_back(
        {.cpus = 2, .failure = Failure::kUndoFails, .victim = victim, .may_time_out = true});
  }
  Seen all;
  for (const Scenario& scenario : scenarios) {
    const Seen seen = Explore(scenario);
    all.stages.insert(seen.stages.begin(), seen.stages.end());
    all.outcomes.insert(seen.outcomes.begin(), seen.outcomes.end());
  }
  EXPECT_EQ(all.stages.size(), static_cast<std::size_t>(MemberStage::kCount));
  EXPECT_EQ(all.outcomes.size(), 6u);
}

/// Stragglers of the first round meet the second.
TEST(Interleavings, TwoRoundsOfTwoCpusDoNotMix) {
  for (unsigned victim = 0; victim < 2; ++victim) {
    for (const Failure failure : {Failure::kNone, Failure::kRefuses, Failure::kCommitFails}) {
      if (failure == Failure::kNone && victim > 0) continue;
      Explore({.cpus = 2, .rounds = 2, .failure = failure, .victim = victim, .may_time_out = true});
    }
  }
}

}  // namespace
}  // namespace trivet::tests
