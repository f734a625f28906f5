// SPDX-License-Identifier: Apache-2.0 OR MIT
// Groups that every target has.

#include "bench/rounds/rounds_bench.h"

namespace trivet::bench {
namespace {

BENCHMARK(RoundPair<1>)->Name("allcpus/pair/1");
BENCHMARK(RoundPair<2>)->Name("allcpus/pair/2");
BENCHMARK(RoundPair<4>)->Name("allcpus/pair/4");

}  // namespace
}  // namespace trivet::bench
