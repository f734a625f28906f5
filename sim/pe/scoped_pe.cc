// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "sim/pe/scoped_pe.h"

#include "sim/pe/violation.h"

namespace trivet::sim {

void ScopedPe::FailNoPe() {
  throw Violation("no simulated PE is current on this host thread: make one with sim::ScopedPe");
}

}  // namespace trivet::sim
