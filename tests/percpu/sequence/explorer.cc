// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/sequence/explorer.h"

#include <exception>
#include <optional>
#include <utility>

namespace trivet::tests {

std::size_t StateSet::NumberOf(const SubjectState& real, const Model& model) {
  const std::size_t hash = real.Hash();
  const auto [begin, end] = by_hash_.equal_range(hash);
  for (auto i = begin; i != end; ++i) {
    const State& state = states_[i->second];
    if (state.real == real && state.model == model) return i->second;
  }
  by_hash_.emplace(hash, states_.size());
  states_.push_back({real, model});
  return states_.size() - 1;
}

Explorer::Explorer(std::vector<Subject*> subjects)
    : subjects_(std::move(subjects)), states_(subjects_.size()) {
  Node start;
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    Model model;
    model.live = subjects_[i]->constants().arrival;
    start.states.push_back(states_[i].NumberOf(subjects_[i]->Save(), model));
  }
  Reach(start);
}

Explorer::Result Explorer::Explore(unsigned depth) {
  for (std::size_t node = 0; node < nodes_.size() && nodes_[node].depth < depth; ++node) {
    for (std::size_t subject = 0; subject < subjects_.size(); ++subject) {
      for (unsigned n = 0; n < kOperations; ++n) Try({node, subject, static_cast<Operation>(n)});
      if (!result_.disagreement.empty()) return result_;
    }
  }
  return result_;
}

/// Makes the transition, in the model too, and reaches the state behind it. An operation that
/// that cannot be made leads nowhere: the sequence is the one without it.
void Explorer::Try(const Edge& edge) {
  const Node from = nodes_[edge.from];
  Subject& subject = *subjects_[edge.subject];
  Load(from);
  Model model = states_[edge.subject][from.states[edge.subject]].model;
  const bool powered = model.powered;
  const std::optional<Status> expected = model.Apply(edge.operation, subject.constants());
  if (!expected) return;
  ++result_.transitions;
  std::string wrong = Compare(subject, edge.operation, powered, model, *expected);
  if (wrong.empty()) wrong = OthersChanged(from, edge.subject);
  if (!wrong.empty() && result_.disagreement.empty()) {
    result_.disagreement = PathTo(edge) + ": " + wrong;
    return;
  }
  model.lost = 0;
  Node next = {.states = from.states, .by = edge, .depth = from.depth + 1};
  next.states[edge.subject] = states_[edge.subject].NumberOf(subject.Save(), model);
  Reach(std::move(next));
}

/// Makes the call; returns the difference from the model.
std::string Explorer::Compare(Subject& subject, Operation operation, bool powered,
                              const Model& model, Status expected) {
  const std::uint32_t generation = subject.cpu().generation();
  try {
    const Status status = subject.Do(operation, powered);
    if (status != expected) {
      return std::string("returns ") + ToString(status) + " instead of " + ToString(expected);
    }
  } catch (const std::exception& violation) {
    return violation.what();
  }
  const std::string wrong = subject.Disagreement(model, generation);
  return wrong.empty() ? "" : wrong + " is not as it should be";
}

std::string Explorer::OthersChanged(const Node& node, std::size_t subject) {
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    if (i == subject || subjects_[i]->Save() == states_[i][node.states[i]].real) continue;
    return "CPU " + std::to_string(i) + " is not as it was";
  }
  return "";
}

void Explorer::Load(const Node& node) {
  for (std::size_t i = 0; i < subjects_.size(); ++i) {
    subjects_[i]->Load(states_[i][node.states[i]].real);
  }
}

void Explorer::Reach(Node node) {
  std::size_t hash = 0;
  for (const std::size_t state : node.states) hash = hash * 1'000'003 + state;
  const auto [begin, end] = by_states_.equal_range(hash);
  for (auto i = begin; i != end; ++i) {
    if (nodes_[i->second].states == node.states) return;
  }
  by_states_.emplace(hash, nodes_.size());
  result_.states.resize(node.depth + 1);
  ++result_.states[node.depth];
  nodes_.push_back(std::move(node));
}

std::string Explorer::PathTo(const Edge& edge) const {
  const Node& from = nodes_[edge.from];
  const std::string before = from.depth == 0 ? "" : PathTo(from.by) + ", ";
  return before + ToString(edge.operation) + " on CPU " + std::to_string(edge.subject);
}

}  // namespace trivet::tests
