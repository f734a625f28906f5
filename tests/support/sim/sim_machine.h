// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"

namespace trivet::tests {

/// The PE of the current Machine. For tests that read the trace or inject faults.
sim::Pe& SimulatedPe();

/// The next Machine is a CPU of `profile`, whatever its kind of host.
void UseForNextMachine(const sim::Profile& profile);

/// Replaces the host's own table on the current Machine: `slot` is called with the offset of the
/// slot taken, and returns false to leave the exception to that table.
void SetHostTable(bool (*slot)(sim::Pe& pe, std::uint64_t offset));

}  // namespace trivet::tests
