#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "percpu/transition_state.h"

namespace trivet::percpu {

/// A list of steps that is done whole, undone whole, or left as it was.
///
/// Do() runs the steps in order, Undo() their inverses in reverse. A step that fails (on the
/// simulator and under test an exception leaves it; at EL2 nothing does, and the loops below are
/// inlined to straight-line code) has everything before it put back, itself included, and the
/// failure goes on to the caller.
template <class... Steps>
class Transition {
 public:
  static constexpr std::size_t kCount = sizeof...(Steps);
  static constexpr const char* kNames[] = {Steps::kName...};

  template <class B>
  [[gnu::always_inline]] static void Do(B& backend, const TransitionState& transition) {
    Recovery<B, &Transition::UndoThrough<B>> recovery{backend, transition};
    (recovery.Run([&]() __attribute__((always_inline)) {
      Begin<Steps>(backend), Steps::Do(backend, transition);
    }),
     ...);
    recovery.done = true;
  }

  template <class B>
  [[gnu::always_inline]] static void Undo(B& backend, const TransitionState& transition) {
    Recovery<B, &Transition::RedoThrough<B>> recovery{backend, transition};
    Backwards([&]<class Step>() __attribute__((always_inline)) {
      recovery.Run([&]() __attribute__((always_inline)) {
        Begin<Step>(backend), Step::Undo(backend, transition);
      });
    });
    recovery.done = true;
  }

 private:
  /// Puts back what was done unless told that all of it was.
  template <class B, void (*kPutBack)(B&, const TransitionState&, std::size_t)>
  struct Recovery {
    B& backend;
    const TransitionState& transition;
    std::size_t begun = 0;
    bool done = false;

    template <class F>
    [[gnu::always_inline]] void Run(F step) {
      ++begun;
      step();
    }
    ~Recovery() {
      if (!done) kPutBack(backend, transition, begun);
    }
  };

  /// Undoes the first `begun` steps, the last of them perhaps half done.
  template <class B>
  static void UndoThrough(B& backend, const TransitionState& transition, std::size_t begun) {
    std::size_t i = kCount;
    Backwards([&]<class Step>() {
      if (i-- <= begun) Step::Undo(backend, transition);
    });
  }

  /// Does again the last `begun` steps, of which Undo() undid all but perhaps a part of one.
  template <class B>
  static void RedoThrough(B& backend, const TransitionState& transition, std::size_t begun) {
    std::size_t i = 0;
    ((i++ >= kCount - begun ? Steps::Do(backend, transition) : void()), ...);
  }

  /// Tells a backend that wants to know, such as PlanRecorder, where it is.
  template <class Step, class B>
  static void Begin(B& backend) {
    if constexpr (requires { backend.BeginStep(Step::kName); }) backend.BeginStep(Step::kName);
  }

  template <class F>
  [[gnu::always_inline]] static void Backwards(F visit) {
    [&]<std::size_t... kI>(std::index_sequence<kI...>) __attribute__((always_inline)) {
      (visit.template operator()<StepAt<kCount - 1 - kI>>(), ...);
    }(std::index_sequence_for<Steps...>());
  }

  template <std::size_t kI>
  using StepAt = std::tuple_element_t<kI, std::tuple<Steps...>>;
};

}  // namespace trivet::percpu
