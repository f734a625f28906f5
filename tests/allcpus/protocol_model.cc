// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/allcpus/protocol_model.h"

#include <type_traits>

#include "allcpus/leader_steps.h"
#include "allcpus/member_steps.h"

namespace trivet::tests {
namespace {

using namespace allcpus;  // NOLINT(google-build-using-namespace): what is tested

template <class T>
void Append(std::string& key, const T& value) {
  static_assert(std::has_unique_object_representations_v<T>, "padding would tell states apart");
  key.append(reinterpret_cast<const char*>(&value), sizeof(value));
}

bool IsWait(Member::Phase phase) {
  return phase == Member::Phase::kAwaitCommit || phase == Member::Phase::kAwaitVerdict ||
         phase == Member::Phase::kAwaitRecheck;
}

/// Without what no later step reads.
Member::Position LiveOf(Member::Position at) {
  if (at.phase != Member::Phase::kPublish) at.next = {}, at.to_publish = {};
  if (at.phase != Member::Phase::kUndo) at.after_undo = {};
  return at;
}
Leader::Position LiveOf(Leader::Position at) {
  if (at.phase != Leader::Phase::kPublish) at.next = {}, at.to_publish = {};
  if (at.index == 0) at.last_pass = false;  // Written when the next pass begins.
  return at;
}

/// Opens the first round, so that a Leader made right after it leads it.
Rendezvous Announced(const Rendezvous& group) {
  (void)Announce(group, Operation::kEnable);
  return group;
}

}  // namespace

Status FakeCpu::Act(Action action, Operation operation) {
  const bool target = operation == Operation::kEnable;
  switch (action) {
    case Action::kPrepare:
      return enabled == target || failure == Failure::kRefuses ? kRefusal : Status::kOk;
    case Action::kCommit:
      half_done = failure == Failure::kCommitFails;
      if (half_done) return kCommitFailure;
      enabled = target;
      return Status::kOk;
    case Action::kUndo:
      if (failure == Failure::kUndoFails) return kUndoFailure;
      half_done = false;
      enabled = !target;
      return Status::kOk;
  }
  return Status::kOk;
}

LocalCpu FakeCpu::Local() {
  return {.self = this, .act = [](void* self, Action action, Operation op, percpu::Error& error) {
            const Status status = static_cast<FakeCpu*>(self)->Act(action, op);
            if (status != Status::kOk) error = {.status = status};
            return status;
          }};
}

ProtocolModel::ProtocolModel(const Scenario& scenario)
    : scenario_(scenario),
      members_{{leader_cell_, cells_[0]}, {leader_cell_, cells_[1]}, {leader_cell_, cells_[2]}},
      leader_(Announced(Group()), reports_) {
  cpus_[scenario.victim].failure = scenario.failure;
}

bool ProtocolModel::IsRunning(unsigned actor) const {
  if (actor == 0) return !leader_.finished();
  const unsigned i = actor - 1;
  const bool absent = scenario_.failure == Failure::kAbsent && i == scenario_.victim;
  return !absent && !members_[i].finished();
}

bool ProtocolModel::CanMove(unsigned actor) const {
  if (IsRunning(actor)) return true;
  if (actor == 0) return announcements_ < scenario_.rounds;
  const unsigned i = actor - 1;
  return members_[i].finished() && joins_[i] < scenario_.rounds;
}

void ProtocolModel::Move(unsigned actor, bool expired) {
  if (actor == 0) {
    return leader_.finished() ? AnnounceNext() : leader_.Step(expired);
  }
  const unsigned i = actor - 1;
  if (!members_[i].finished()) return members_[i].Step(cpus_[i].Local(), expired);
  ++joins_[i];
  members_[i] = Member(leader_cell_, cells_[i]);
}

void ProtocolModel::MoveAsDriven(unsigned actor, bool expired) {
  if (actor == 0) return leader_.Pass(expired);
  members_[actor - 1].Advance(cpus_[actor - 1].Local(), expired);
}

void ProtocolModel::MoveStepByStep(unsigned actor, bool expired) {
  if (actor != 0) {
    Member& member = members_[actor - 1];
    do {
      member.Step(cpus_[actor - 1].Local(), expired);
    } while (!member.finished() && !IsWait(member.position().phase));
    return;
  }
  if (leader_.position().phase != Leader::Phase::kPublish) {
    do {
      leader_.Step(expired);
    } while (leader_.position().index != 0);
  }
  if (leader_.position().phase == Leader::Phase::kPublish) leader_.Step(expired);
}

void ProtocolModel::AnnounceNext() {
  const bool undo = leader_.result() == Status::kOk;
  if (Announce(Group(), undo ? Operation::kDisable : Operation::kEnable) != Status::kOk) return;
  ++announcements_;
  for (unsigned i = 0; i < kMostCpus; ++i) enabled_before_[i] = cpus_[i].enabled;
  leader_ = Leader(Group(), reports_);
}

bool ProtocolModel::IsChanged(unsigned i) const { return cpus_[i].enabled != enabled_before_[i]; }

bool ProtocolModel::EndedOddly(unsigned i) const {
  const MemberStage said = cells_[i].Read().stage;
  return said == MemberStage::kUndecided || said == MemberStage::kUndoFailed;
}

std::string ProtocolModel::BrokenRule() const {
  for (unsigned i = 0; i < scenario_.cpus; ++i) {
    if (std::string rule = BrokenByMember(i); !rule.empty()) return rule;
  }
  if (!leader_.finished()) return {};
  for (unsigned i = 0; i < scenario_.cpus; ++i) {
    if (std::string rule = BrokenByOutcome(i); !rule.empty()) return rule;
  }
  if (std::string rule = BrokenByHaste(); !rule.empty()) return rule;
  return BrokenByReport();
}

/// A leader without a time limit leaves when no CPU is in the middle of its change: the
/// next round can begin. Who has only checked itself by then finds the round over.
std::string ProtocolModel::BrokenByHaste() const {
  if (scenario_.may_time_out || scenario_.failure == Failure::kAbsent) return {};
  for (unsigned i = 0; i < scenario_.cpus; ++i) {
    const MemberMessage word = cells_[i].Read();
    const bool over = IsEnd(word.stage) || word.stage == MemberStage::kPrepared;
    if (!over) return "the leader left before CPU " + std::to_string(i);
  }
  return {};
}

/// What the report says of CPU i is so, from the moment it is made.
std::string ProtocolModel::BrokenByOutcome(unsigned i) const {
  const bool changed = IsChanged(i);
  const std::string cpu = "CPU " + std::to_string(i) + ": ";
  if (leader_.result() == Status::kOk && !changed) return cpu + "success was reported without it";
  switch (reports_[i].outcome) {
    case Outcome::kChanged:
      if (leader_.result() != Status::kOk) return cpu + "changed in a round that failed";
      return changed ? "" : cpu + "reported as changed and is not";
    case Outcome::kAbsent:
    case Outcome::kAsBefore:
      return changed || cpus_[i].half_done ? cpu + "changed after a failure was reported" : "";
    case Outcome::kUnresolved:
      if (!members_[i].finished() || EndedOddly(i)) return "";
      return changed || cpus_[i].half_done ? cpu + "unresolved, and stays changed" : "";
    case Outcome::kUndecided: return changed ? "" : cpu + "reported as undecided and is as before";
    case Outcome::kUndoFailed: return EndedOddly(i) ? "" : cpu + "its undo did not fail";
  }
  return cpu + "no outcome";
}

/// A CPU's own result is true, and all CPUs that have one have the same.
std::string ProtocolModel::BrokenByMember(unsigned i) const {
  const Member::Position& at = members_[i].position();
  // The result is about the round it was in; a later one changes the CPU again.
  if (!members_[i].finished() || cells_[i].Read().round != leader_cell_.Read().round) return {};
  if (at.result == Status::kAlreadyCreated) return {};
  const std::string cpu = "CPU " + std::to_string(i) + ": ";
  const LeaderStage said = leader_cell_.Read().stage;
  if (at.result == Status::kOk) {
    return IsChanged(i) && said == LeaderStage::kDone ? ""
                                                      : cpu + "kOk without a change that stands";
  }
  if (EndedOddly(i)) return {};
  if (said == LeaderStage::kDone) return cpu + "failed in a round that stands";
  return IsChanged(i) || cpus_[i].half_done ? cpu + "an error, and it is changed" : "";
}

/// The failure is blamed on the CPU that failed; no CPU is late unless a time limit passed.
std::string ProtocolModel::BrokenByReport() const {
  bool blamed = false;
  for (unsigned i = 0; i < scenario_.cpus; ++i) {
    const Status status = reports_[i].status;
    blamed = blamed || CausedFailure(reports_[i]);
    if (leader_.result() == Status::kOk) {
      if (status != Status::kOk) return "a CPU failed in a round that succeeded";
      continue;
    }
    if (status == Status::kOk) return "a CPU succeeded in a round that failed";
    if (status == Status::kPeerFailed || scenario_.rounds > 1) continue;
    if (status == Status::kTimedOut) {
      const bool leader_waits = scenario_.failure != Failure::kAbsent;
      if (leader_waits && !scenario_.may_time_out) return "late without a timeout";
      continue;
    }
    if (i != scenario_.victim) return "the wrong CPU is blamed";
    const Status expected[] = {Status::kOk, kRefusal, kCommitFailure, kUndoFailure};
    if (status != expected[static_cast<unsigned>(scenario_.failure)]) return "the wrong reason";
  }
  if (leader_.result() != Status::kOk && !blamed) return "a failure that no CPU is blamed for";
  return {};
}

ProtocolModel::State ProtocolModel::Save() const {
  State state = {.leader_word = leader_cell_.Read().Encode(),
                 .words = {},
                 .members = {members_[0], members_[1], members_[2]},
                 .leader = leader_,
                 .reports = {reports_[0], reports_[1], reports_[2]},
                 .cpus = {cpus_[0], cpus_[1], cpus_[2]},
                 .enabled_before = {enabled_before_[0], enabled_before_[1], enabled_before_[2]},
                 .joins = {joins_[0], joins_[1], joins_[2]},
                 .announcements = announcements_};
  for (unsigned i = 0; i < kMostCpus; ++i) state.words[i] = cells_[i].Read().Encode();
  return state;
}

void ProtocolModel::Load(const State& state) {
  leader_cell_.Write(LeaderMessage::Decode(state.leader_word));
  leader_ = state.leader;
  announcements_ = state.announcements;
  for (unsigned i = 0; i < kMostCpus; ++i) {
    cells_[i].Write(MemberMessage::Decode(state.words[i]));
    members_[i] = state.members[i];
    reports_[i] = state.reports[i];
    cpus_[i] = state.cpus[i];
    enabled_before_[i] = state.enabled_before[i];
    joins_[i] = state.joins[i];
  }
}

/// A leader that collects writes every status again in each pass, and needs those of the last.
bool ProtocolModel::IsStatusLive(unsigned i) const {
  const Leader::Position& at = leader_.position();
  return HasVerdict() || (at.last_pass && i < at.index);
}

/// The outcomes of a round that stands are written when it begins. A leader that settles one that
/// failed writes each again in each pass, but for the last or a complete one.
bool ProtocolModel::IsOutcomeLive(unsigned i) const {
  const Leader::Position& at = leader_.position();
  if (leader_.finished() || at.result == Status::kOk) return true;
  return HasVerdict() && (at.last_pass || at.complete) && i < at.index;
}

/// The leader knows how the round ends.
bool ProtocolModel::HasVerdict() const {
  const Leader::Position& at = leader_.position();
  const Leader::Phase phase = at.phase == Leader::Phase::kPublish ? at.next : at.phase;
  return phase == Leader::Phase::kSettle || phase == Leader::Phase::kFinished;
}

std::string ProtocolModel::Key() const {
  std::string key;
  Append(key, leader_cell_.Read().Encode());
  Append(key, LiveOf(leader_.position()));
  Append(key, announcements_);
  for (unsigned i = 0; i < scenario_.cpus; ++i) {
    Append(key, cells_[i].Read().Encode());
    Append(key, LiveOf(members_[i].position()));
    Append(key, members_[i].round());
    Append(key, cpus_[i]);
    Append(key, enabled_before_[i]);
    Append(key, joins_[i]);
    Append(key, IsOutcomeLive(i) ? reports_[i].outcome : Outcome());
    Append(key, IsStatusLive(i) ? reports_[i].status : Status());
  }
  return key;
}

std::string ProtocolModel::KeyOf(unsigned actor) const {
  std::string key;
  Append(key, actor);
  Append(key, leader_cell_.Read().Encode());
  if (actor != 0) {
    Append(key, members_[actor - 1].position());
    Append(key, members_[actor - 1].round());
    Append(key, cpus_[actor - 1]);
    Append(key, cells_[actor - 1].Read().Encode());
    return key;
  }
  Append(key, leader_.position());
  for (unsigned i = 0; i < scenario_.cpus; ++i) Append(key, cells_[i].Read().Encode());
  return key;
}

}  // namespace trivet::tests
