// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/guest/value_life.h"

#include <new>

namespace trivet::tests {
namespace {

/// In one place for all: pointers, which registers hold, are the same in each.
Scenario* NewScenario(const ValueSetting& setting) {
  alignas(Scenario) static std::byte storage[sizeof(Scenario)];
  return new (storage) Scenario(setting);
}

}  // namespace

ValueLife::ValueLife(const ValueSetting& setting, Ending ending)
    : scenario_(NewScenario(setting)), steps_(Scenario::StepsTo(ending)) {
  const ValueFilter record = [this](sim::Pe&, const sim::SoftwareAccess& access, const char* call) {
    events_.push_back({access, call, starts_.size() - 1});
    return true;
  };
  for (const Scenario::Step& step : steps_) {
    scenario_->Save(starts_.emplace_back(Scenario::State(), events_.size()).state);
    scenario_->Perform(step, &record);
  }
}

void ValueLife::LiveFrom(std::size_t first, const ValueFilter& filter) {
  const std::size_t step = events_[first].step;
  scenario_->Restore(starts_[step].state);
  for (std::size_t i = step; i < steps_.size(); ++i) scenario_->Perform(steps_[i], &filter);
}

}  // namespace trivet::tests
