// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>
#include <vector>

#include "tests/percpu/sequence/model.h"
#include "tests/percpu/sequence/subject.h"

namespace trivet::tests {

/// The states that one subject has reached, each once.
class StateSet {
 public:
  struct State {
    SubjectState real;
    Model model;
  };

  /// The number of the state; a new number for a new state.
  std::size_t NumberOf(const SubjectState& real, const Model& model);
  const State& operator[](std::size_t number) const { return states_[number]; }
  std::size_t size() const { return states_.size(); }

 private:
  std::deque<State> states_;
  std::unordered_multimap<std::size_t, std::size_t> by_hash_;
};

/// Tries, in every state that sequences of operations on some subjects reach, every operation on
/// each of them, and compares its result and effect with the model.
///
/// The states are the nodes of a graph, the operations its edges. Two sequences that end in the
/// same state have the same future, because a state has everything that an operation can depend on;
/// so each edge is tried once, and every sequence of at most `depth` operations is a path of tried
/// edges.
class Explorer {
 public:
  struct Result {
    std::vector<std::size_t> states;  ///< New states by depth.
    std::size_t transitions = 0;
    std::string disagreement;  ///< Of the first one, with the sequence that leads there; or empty.
  };

  explicit Explorer(std::vector<Subject*> subjects);

  Result Explore(unsigned depth);

 private:
  struct Edge {
    std::size_t from = 0;  // A number in nodes_.
    std::size_t subject = 0;
    Operation operation = {};
  };

  /// A state of all subjects, and the edge by which it was first reached.
  struct Node {
    std::vector<std::size_t> states;  // By subject, numbers in states_.
    Edge by;
    unsigned depth = 0;
  };

  void Try(const Edge& edge);
  static std::string Compare(Subject& subject, Operation operation, bool powered,
                             const Model& model, Status expected);
  std::string OthersChanged(const Node& node, std::size_t subject);
  void Load(const Node& node);
  void Reach(Node node);
  std::string PathTo(const Edge& edge) const;

  std::vector<Subject*> subjects_;
  std::vector<StateSet> states_;
  std::deque<Node> nodes_;
  std::unordered_multimap<std::size_t, std::size_t> by_states_;
  Result result_;
};

}  // namespace trivet::tests
