// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <vector>

#include "sim/pe/pe.h"
#include "sim/pe/trace.h"

namespace trivet::tests {

/// Makes the host of `pe` one with these bits of HCR_EL2 and vectors of its own.
void BecomeHost(sim::Pe& pe, bool e2h, bool tge);

/// The trace of enable, load, run, unload, another load and disable, on CPU `name` with this
/// MIDR_EL1.
std::vector<sim::Event> TraceOn(const char* name, std::uint64_t midr, bool e2h, bool tge);

}  // namespace trivet::tests
