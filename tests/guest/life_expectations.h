#pragma once

#include "tests/guest/life.h"

namespace trivet::tests {

/// EXPECTs that `life` under a host of `kind`, served as it says, went as the guest's program says.
/// On the thread or CPU that runs the tests.
void ExpectTheWholeLife(percpu::HostKind kind, Service service, const Life& life);

}  // namespace trivet::tests
