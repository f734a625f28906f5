// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <tuple>
#include <utility>

#include "percpu/transition_state.h"

namespace trivet::percpu {

/// Calls `recover` when an exception leaves the scope before Dismiss(). Without exceptions, as in
/// every EL2 image, the compiler removes it.
template <class Recover>
class OnFailure {
 public:
  [[gnu::always_inline]] explicit OnFailure(Recover recover) : recover_(recover) {}
  OnFailure(const OnFailure&) = delete;
  OnFailure& operator=(const OnFailure&) = delete;
  [[gnu::always_inline]] ~OnFailure() {
    if (!dismissed_) recover_();
  }
  [[gnu::always_inline]] void Dismiss() { dismissed_ = true; }

 private:
  Recover recover_;
  bool dismissed_ = false;
};

/// A list of steps, executed completely or not at all.
///
/// Do() executes the steps in order, Undo() their inverses in reverse order; both compile to
/// straight-line code. When a register access fails (only the simulator can inject that, as an
/// exception) the whole opposite list is executed: each step is correct in any state of the others.
template <class... Steps>
class Transition {
 public:
  static constexpr std::size_t kCount = sizeof...(Steps);
  static constexpr const char* kNames[] = {Steps::kName...};

  template <class B>
  [[gnu::always_inline]] static void Do(B& backend, const TransitionState& state) {
    OnFailure recovery([&] { UndoSteps(backend, state); });
    DoSteps(backend, state);
    recovery.Dismiss();
  }

  template <class B>
  [[gnu::always_inline]] static void Undo(B& backend, const TransitionState& state) {
    OnFailure recovery([&] { DoSteps(backend, state); });
    UndoSteps(backend, state);
    recovery.Dismiss();
  }

 private:
  template <class B>
  [[gnu::always_inline]] static void DoSteps(B& backend, const TransitionState& state) {
    ((Begin<Steps>(backend), Steps::Do(backend, state)), ...);
  }

  template <class B>
  [[gnu::always_inline]] static void UndoSteps(B& backend, const TransitionState& state) {
    [&]<std::size_t... kI>(std::index_sequence<kI...>) __attribute__((always_inline)) {
      ((Begin<StepAt<kCount - 1 - kI>>(backend), StepAt<kCount - 1 - kI>::Undo(backend, state)),
       ...);
    }(std::index_sequence_for<Steps...>());
  }

  /// Passes the step's name to a backend that records it, such as PlanRecorder.
  template <class Step, class B>
  [[gnu::always_inline]] static void Begin(B& backend) {
    if constexpr (requires { backend.BeginStep(Step::kName); }) backend.BeginStep(Step::kName);
  }

  template <std::size_t kI>
  using StepAt = std::tuple_element_t<kI, std::tuple<Steps...>>;
};

}  // namespace trivet::percpu
