// SPDX-License-Identifier: Apache-2.0 OR MIT
// Enable and disable apart: EL2 only, where a pause of the counters costs nothing. Groups that a
// machine has no CPUs for are skipped there.

#include "bench/rounds/rounds_bench.h"

namespace trivet::bench {
namespace {

BENCHMARK(Round<1, Operation::kEnable>)->Name("allcpus/enable/1");
BENCHMARK(Round<2, Operation::kEnable>)->Name("allcpus/enable/2");
BENCHMARK(Round<4, Operation::kEnable>)->Name("allcpus/enable/4");
BENCHMARK(Round<16, Operation::kEnable>)->Name("allcpus/enable/16");
BENCHMARK(Round<64, Operation::kEnable>)->Name("allcpus/enable/64");
BENCHMARK(Round<1, Operation::kDisable>)->Name("allcpus/disable/1");
BENCHMARK(Round<2, Operation::kDisable>)->Name("allcpus/disable/2");
BENCHMARK(Round<4, Operation::kDisable>)->Name("allcpus/disable/4");
BENCHMARK(Round<16, Operation::kDisable>)->Name("allcpus/disable/16");
BENCHMARK(Round<64, Operation::kDisable>)->Name("allcpus/disable/64");

}  // namespace
}  // namespace trivet::bench
