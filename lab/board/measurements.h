// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "lab/board/plan.h"

/// The results of the whole plan on a CPU or on the simulator.
namespace trivet::lab::board {

inline constexpr unsigned kPatterns = 2 + 2 * 64;

struct Record {
  Result result;
  /// What was read back after zeros, ones, bit 0 .. 63 set alone, bit 0 .. 63 clear alone.
  std::array<std::uint64_t, kPatterns> read_back = {};
  std::string refusal;  ///< Of the simulator: why it does not model this.
};

/// A register and the value of HCR_EL2.E2H during its measurement.
using ProbeKey = std::pair<hal::RegisterId, bool>;

struct Measurements {
  bool has_e2h = false, has_no_e2h = true;
  std::map<ProbeKey, Record> records;

  /// The record of the register called `name`, measured with any E2H; null when there is none.
  const Record* Find(std::string_view name) const;
};

/// Fills read_back by Predicted().
Record RecordOf(const Result& result);
void SetWalk(Record& record, bool one, unsigned bit, std::uint64_t value);

/// The image's lines among `console`. False, with one line in `error`, when there are none, one is
/// damaged, or some are missing.
bool ParseMeasurements(std::string_view console, Measurements& measured, std::string& error);

}  // namespace trivet::lab::board
