// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "tests/guest/life.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests {

/// One access of software in a life.
struct ValueEvent : sim::SoftwareAccess {
  const char* call;
  std::size_t step;  ///< In which step of the life.
};

/// Enables, runs two guests in turn, unloads, ends, and compares the whole register file with what
/// hal/regs/guest.def says about each register after every call and inside every run; then enables
/// and runs both again. Registers must also be in effect before what depends on them. What has been
/// lived can be lived again from any call on. One at a time.
class ValueLife {
 public:
  /// Throws sim::Violation at the first difference.
  ValueLife(const ValueSetting& setting, Ending ending);

  const std::vector<ValueEvent>& events() const { return events_; }
  /// The number of the first event in the step of `event`.
  std::size_t FirstInStepOf(std::size_t event) const { return starts_[events_[event].step].event; }
  /// The number of the first event of the ending.
  std::size_t ending() const { return starts_[Scenario::kStepsBeforeEnding].event; }
  /// From the step that has event `first` to the end. Throws sim::Violation.
  void LiveFrom(std::size_t first, const ValueFilter& filter);

 private:
  struct Start {
    Scenario::State state;
    std::size_t event;
  };

  struct Destroy {
    void operator()(Scenario* scenario) const { std::destroy_at(scenario); }
  };

  const std::unique_ptr<Scenario, Destroy> scenario_;
  const std::vector<Scenario::Step> steps_;
  std::vector<Start> starts_;
  std::vector<ValueEvent> events_;
};

}  // namespace trivet::tests
