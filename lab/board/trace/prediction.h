// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>

#include "hal/exception_class.h"
#include "lab/board/trace/operations.h"
#include "lab/traces/replayer.h"

namespace trivet::lab::board::trace {

/// [arm-arm] ESR_ELx.EC.
constexpr hal::ExceptionClass ClassOf(const Outcome& outcome) {
  return static_cast<hal::ExceptionClass>(outcome.esr >> 26 & 0x3f);
}

/// The outcome of a line in the simulator.
struct Prediction {
  Outcome outcome = {};
  sim::VectorKind kind = sim::VectorKind::kSync;
  bool wrote_esr = false, wrote_far = false, wrote_hpfar = false;

  bool completes() const { return outcome.what == 0; }
  unsigned el() const { return static_cast<unsigned>(outcome.what >> 12); }
};

/// The state of `replayer` after a line that took `taken`, or no exception.
Prediction PredictionOf(Replayer& replayer, const Replayer::Outcome& taken);

/// In which fields the target differs from the prediction, by name; "": none. What README.md lists
/// is not compared; x0 only if the line states one.
std::string DifferencesFrom(const Prediction& prediction, const Outcome& target,
                            const TraceLine& line, const sim::Model& model);
/// In which fields that the line states it differs from the line.
std::string DifferencesFrom(const Expectation& expected, const Outcome& target,
                            const sim::Model& model);

/// As traces write it.
std::string Describe(const Outcome& outcome);

}  // namespace trivet::lab::board::trace
