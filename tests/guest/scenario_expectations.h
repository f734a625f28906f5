// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "tests/guest/guest_scenario.h"

namespace trivet::tests {

/// EXPECTs that `result` under a host of `kind`, with that interface, went as the guest's program
/// says. On the thread or CPU that runs the tests.
void ExpectScenario(percpu::HostKind kind, HostInterface host_interface,
                    const ScenarioResult& result);

}  // namespace trivet::tests
