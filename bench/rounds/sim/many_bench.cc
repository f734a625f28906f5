// Groups that only the simulator has.

#include "bench/rounds/rounds_bench.h"

namespace trivet::bench {
namespace {

BENCHMARK(RoundPair<8>)->Name("allcpus/pair/8");
BENCHMARK(RoundPair<64>)->Name("allcpus/pair/64");
BENCHMARK(RoundPair<512>)->Name("allcpus/pair/512");

}  // namespace
}  // namespace trivet::bench
