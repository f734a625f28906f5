// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lab/board/measurements.h"
#include "sim/model/model.h"

namespace trivet::lab::board {

enum class Verdict : std::uint8_t {
  kAgrees,
  kReserved,   ///< Differs in reserved bits only, which a CPU may store, fix or ignore.
  kExplained,  ///< Differs; deviations.def has the reason.
  kDiffers,
  kSkipped,  ///< Nothing to compare: cautions.def, or write-only.
};

struct Comparison {
  ProbeKey key;
  Verdict verdict = Verdict::kAgrees;
  std::string text;             ///< What differs and why it may.
  std::uint64_t differing = 0;  ///< Bits that differ and are not reserved, explained or not.
  std::uint64_t always_one = 0, always_zero = 0;  ///< Of those, the ones fixed on the target.
};

/// Compares register by register. `on_qemu`: QEMU's own deviations count as explained.
std::vector<Comparison> Compare(const Measurements& target, const Measurements& simulated,
                                const sim::Model& model, bool on_qemu);

}  // namespace trivet::lab::board
