// SPDX-License-Identifier: Apache-2.0 OR MIT
// Enable and disable apart: EL2 only, where a pause of the counters costs nothing.

#include "bench/rounds/rounds_bench.h"

namespace trivet::bench {
namespace {

BENCHMARK(Round<1, Operation::kEnable>)->Name("allcpus/enable/1");
BENCHMARK(Round<2, Operation::kEnable>)->Name("allcpus/enable/2");
BENCHMARK(Round<4, Operation::kEnable>)->Name("allcpus/enable/4");
BENCHMARK(Round<1, Operation::kDisable>)->Name("allcpus/disable/1");
BENCHMARK(Round<2, Operation::kDisable>)->Name("allcpus/disable/2");
BENCHMARK(Round<4, Operation::kDisable>)->Name("allcpus/disable/4");

}  // namespace
}  // namespace trivet::bench
