#pragma once

#include <cstdint>

#include "sim/pe/pe.h"

namespace trivet::tests {

/// The PE behind the Machine that is alive now. For tests that look at the trace or inject faults.
sim::Pe& SimulatedPe();

/// Lets `slot` answer for the host's own table on the Machine that is alive now: it is asked first,
/// with the offset of the slot taken, and says whether it handled the exception.
void SetHostTable(bool (*slot)(sim::Pe& pe, std::uint64_t offset));

}  // namespace trivet::tests
