#pragma once

#include "sim/pe.h"

namespace trivet::tests {

/// The PE behind the Machine that is alive now. For tests that look at the trace or inject faults.
sim::Pe& SimulatedPe();

}  // namespace trivet::tests
