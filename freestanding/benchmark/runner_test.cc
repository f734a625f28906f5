// SPDX-License-Identifier: Apache-2.0 OR MIT
// The EL2 benchmark library on the host, over counters that the benchmarks below advance
// themselves.

#include "freestanding/benchmark/runner.h"

#include <benchmark/benchmark.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "freestanding/benchmark/checksum.h"
#include "freestanding/benchmark/fake_platform.h"

namespace benchmark {
namespace {

using internal::Counts;
using internal::fake_counts;
using trivet::bench::kResultPrefix, trivet::bench::Checksum;

void Cost(std::int64_t n) { fake_counts = fake_counts + Counts{n, 2 * n, 3 * n}; }

void Ten(State& state) {
  Cost(5000);  // Before the loop: not counted.
  for (auto _ : state) Cost(10);
  Cost(5000);
}
BENCHMARK(Ten);

void KeepRunning(State& state) {
  while (state.KeepRunning()) Cost(7);
}
BENCHMARK(KeepRunning)->Name("family/keep_running");

void Batches(State& state) {
  while (state.KeepRunningBatch(4)) Cost(12);
}
BENCHMARK(Batches);

void Paused(State& state) {
  for (auto _ : state) {
    Cost(3);
    state.PauseTiming();
    Cost(1000);
    state.ResumeTiming();
  }
}
BENCHMARK(Paused);

void Deducted(State& state) {
  State rest(state.max_iterations, nullptr);
  for (auto _ : rest) Cost(4);
  for (auto _ : state) Cost(10);
  state.Deduct(rest);
}
BENCHMARK(Deducted);

void DeductedPauses(State& state) {
  State rest(state.max_iterations, nullptr);
  for (State* counted : {&rest, &state}) {
    while (counted->KeepRunningBatch(2)) {
      Cost(counted == &rest ? 4 : 14);
      counted->PauseTiming();
      Cost(1000);
      counted->ResumeTiming();
    }
  }
  state.Deduct(rest);
}
BENCHMARK(DeductedPauses);

void Fraction(State& state) {
  int i = 0;
  for (auto _ : state) Cost(i++ % 8 == 0 ? 1 : 0);
}
BENCHMARK(Fraction);

void Erratic(State& state) {
  static int calls = 0;
  ++calls;
  for (auto _ : state) Cost(calls);
}
BENCHMARK(Erratic);

void Ranges(State& state) {
  for (auto _ : state) Cost(state.range(0) + (state.range(1) == 5 ? 100 : 0));
  state.SetLabel("a \"label\"");
  state.counters["bytes"] = 4096;
  state.counters["bytes"].value += 1;
  state.counters["limit"] = 10;
}
BENCHMARK(Ranges)->Args({1, 5})->Args({2, 6});

void Dense(State& state) {
  for (auto _ : state) Cost(state.range());
}
BENCHMARK(Dense)->DenseRange(2, 6, 2)->Iterations(100);

template <int kCost>
void Template(State& state) {
  for (auto _ : state) Cost(kCost);
}
BENCHMARK_TEMPLATE(Template, 4);
BENCHMARK(Template<5>);

void Captured(State& state, int a, int b) {
  for (auto _ : state) Cost(a + b);
}
BENCHMARK_CAPTURE(Captured, case_name, 20, 3);

/// Of 256 passes in a row one costs 0, one 1 ... and one 255.
void Ramp(State& state) {
  static int calls = 0;
  while (state.KeepRunningBatch(2)) Cost(calls++ % 256);
}
BENCHMARK(Ramp);

/// A counter that runs slower than when the loop alone was measured.
void Undershoots(State& state) {
  for (auto _ : state) Cost(-3);
}
BENCHMARK(Undershoots);

void Fails(State& state) {
  state.SkipWithError("went wrong");
  for (auto _ : state) Cost(1);
}
BENCHMARK(Fails);

void FailsInTheLoop(State& state) {
  for (auto _ : state) {
    state.SkipWithError("in the loop");
    break;
  }
}
BENCHMARK(FailsInTheLoop);

void Skips(State& state) {
  state.SkipWithMessage("not here");
  while (state.KeepRunning()) Cost(1);
}
BENCHMARK(Skips);

void LeavesEarly(State& state) {
  for (auto _ : state) break;
}
BENCHMARK(LeavesEarly);

class Runner : public ::testing::Test {
 protected:
  Runner() {
    internal::printed.clear();
    internal::capabilities = {.counts_instructions = true,
                              .why_not = "no counter",
                              .ticks_per_second = 1'000'000'000,
                              .midr = 0x410fd083};
  }
  ~Runner() override { internal::fake_cycles_per_instruction = 1; }

  /// The objects of what it printed, one a line, without prefixes and checksums, which must be
  /// right.
  static std::string Objects() {
    std::istringstream lines(internal::printed);
    internal::printed.clear();
    std::string objects, line;
    while (std::getline(lines, line)) {
      EXPECT_TRUE(line.starts_with(kResultPrefix)) << line;
      const std::size_t end = line.rfind(' ');
      const std::string object = line.substr(kResultPrefix.size(), end - kResultPrefix.size());
      EXPECT_EQ(line.substr(end), Checksum(object).view());
      objects += object + '\n';
    }
    return objects;
  }

  /// What it prints for `filter` between the context and the last line.
  static std::string Lines(const std::string& filter, int status = 0) {
    EXPECT_EQ(internal::RunBenchmarks("--trivet_lines --benchmark_filter=" + filter), status);
    const std::string text = Objects();
    const std::size_t first = text.find('\n') + 1;
    return text.substr(first, text.rfind("{\"end\":") - first);
  }
};

TEST_F(Runner, CountsTheLoopBodyAlone) {
  EXPECT_EQ(Lines("Ten"),
            "{\"name\":\"Ten\",\"iterations\":64,\"instructions\":10,\"repeatable\":1,"
            "\"cycles\":20,\"time_ns\":30}\n");
}

TEST_F(Runner, DeductsWhatTheSameLoopCostsWithoutTheOperation) {
  EXPECT_NE(Lines("Deducted").find("\"instructions\":6,"), std::string::npos);
  EXPECT_NE(Lines("DeductedPauses").find("\"instructions\":5,"), std::string::npos);
}

TEST_F(Runner, CountsEveryKindOfLoop) {
  EXPECT_NE(Lines("*keep_running*").find("\"instructions\":7,"), std::string::npos);
  EXPECT_NE(Lines("Batches").find("\"instructions\":3,"), std::string::npos);
  EXPECT_NE(Lines("Fraction").find("\"instructions\":0.125,"), std::string::npos);
}

TEST_F(Runner, LeavesOutWhatIsPausedAndThePauses) {
  EXPECT_NE(Lines("Paused").find("\"instructions\":3,"), std::string::npos);
}

TEST_F(Runner, SaysWhenRepetitionsDiffer) {
  EXPECT_NE(Lines("Erratic").find("\"repeatable\":0"), std::string::npos);
}

TEST_F(Runner, NamesInstancesByTheirArguments) {
  EXPECT_EQ(Lines("Ranges*"),
            "{\"name\":\"Ranges/1/5\",\"iterations\":64,\"instructions\":101,"
            "\"repeatable\":1,\"cycles\":202,\"time_ns\":303,\"label\":\"a \\\"label\\\"\","
            "\"bytes\":4097,\"limit\":10}\n"
            "{\"name\":\"Ranges/2/6\",\"iterations\":64,\"instructions\":2,"
            "\"repeatable\":1,\"cycles\":4,\"time_ns\":6,\"label\":\"a \\\"label\\\"\","
            "\"bytes\":4097,\"limit\":10}\n");
  const std::string dense = Lines("Dense/4");
  EXPECT_NE(dense.find("\"Dense/4\",\"iterations\":100,\"instructions\":4,"), std::string::npos)
      << dense;
}

TEST_F(Runner, NamesTemplatesAndCaptures) {
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_list_tests --benchmark_filter=Templ*:Capt*"), 0);
  EXPECT_EQ(internal::printed, "Template<4>\nTemplate<5>\nCaptured/case_name\n");
}

TEST_F(Runner, FailsWhenABenchmarkFails) {
  EXPECT_EQ(Lines("Fails", 1), "{\"name\":\"Fails\",\"error\":\"went wrong\"}\n");
  EXPECT_NE(Lines("FailsInTheLoop", 1).find("in the loop"), std::string::npos);
  EXPECT_NE(Lines("LeavesEarly", 1).find("without finishing its loop"), std::string::npos);
}

TEST_F(Runner, DoesNotFailWhenABenchmarkCannotRun) {
  EXPECT_EQ(Lines("Skips"), "{\"name\":\"Skips\",\"skipped\":\"not here\"}\n");
}

TEST_F(Runner, RefusesToPrintInstructionsThatAreNotCounted) {
  internal::capabilities.counts_instructions = false;
  EXPECT_EQ(internal::RunBenchmarks("--trivet_lines --benchmark_filter=Ten"), 0);
  EXPECT_EQ(
      Objects(),
      "{\"context\":\"el2\",\"midr\":\"0x410fd083\",\"ticks_per_second\":1000000000,"
      "\"no_instructions\":\"no counter\",\"no_cycles\":\"PMCCNTR_EL0 counts as many cycles as "
      "instructions, as QEMU's does with -icount\"}\n"
      "{\"name\":\"Ten\",\"iterations\":64,\"cycles\":20,\"time_ns\":30}\n"
      "{\"end\":1}\n");
}

TEST_F(Runner, PrintsATableForAPerson) {
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=Ten:Paused:Skips:Fails:Ranges/1*"), 1);
  EXPECT_EQ(internal::printed,
            "Running at EL2, MIDR_EL1 0x410fd083, counter 1000000000 Hz\n"
            "Subtracted: 2 instructions per loop pass, 2 per PauseTiming and ResumeTiming\n"
            "No cycles: PMCCNTR_EL0 counts as many cycles as instructions, as QEMU's does with "
            "-icount\n"
            "--------------------------------------------------------------\n"
            "Benchmark           Time  Instructions      Cycles  Iterations\n"
            "--------------------------------------------------------------\n"
            "Ten                30 ns            10          20          64\n"
            "Paused              9 ns             3           6          64\n"
            "Ranges/1/5        303 ns           101         202          64 bytes=4097 limit=10 a "
            "\"label\"\n"
            "Fails      ERROR OCCURRED: 'went wrong'\n"
            "Skips      SKIPPED: 'not here'\n");
}

TEST_F(Runner, SaysHowManyResultsItPrinted) {
  EXPECT_EQ(internal::RunBenchmarks("--trivet_lines --benchmark_filter=Ranges*:Ten"), 0);
  EXPECT_TRUE(Objects().ends_with("\n{\"end\":3}\n"));
}

TEST_F(Runner, SamplesPassesWhereCyclesMeanSomething) {
  internal::fake_cycles_per_instruction = 5;
  const std::string line = Lines("Ramp*");
  // Two cycles and three ticks per unit of cost, two iterations in a pass.
  EXPECT_NE(line.find("\"samples\":256,\"cycles_min\":0,\"cycles_p50\":127,\"cycles_p90\":230,"
                      "\"cycles_p99\":253,\"cycles_max\":255,\"ns_min\":0,\"ns_p50\":190.500,"
                      "\"ns_p90\":345,\"ns_p99\":379.500,\"ns_max\":382.500}"),
            std::string::npos)
      << line;
  // Neither the loop nor the pauses nor the readings are in a sample.
  EXPECT_NE(Lines("Paused").find("\"cycles_min\":6,\"cycles_p50\":6,"), std::string::npos);
  EXPECT_NE(Lines("Ten").find("\"cycles_p50\":20,"), std::string::npos);
}

TEST_F(Runner, ShowsAPersonTheSpreadOfCycles) {
  internal::fake_cycles_per_instruction = 5;
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=Ramp*"), 0);
  EXPECT_EQ(internal::printed.find("No cycles"), std::string::npos);
  EXPECT_NE(internal::printed.find("Iterations       p50       p99       max\n"), std::string::npos)
      << internal::printed;
  EXPECT_NE(internal::printed.find("1024       127       253       255\n"), std::string::npos)
      << internal::printed;
}

TEST_F(Runner, PrintsNoFigureThatCannotBeRight) {
  internal::fake_cycles_per_instruction = 5;
  EXPECT_EQ(
      Lines("Undershoots"),
      "{\"name\":\"Undershoots\",\"iterations\":1024,\"instructions\":-3,\"repeatable\":1}\n");
  internal::capabilities.counts_instructions = false;
  EXPECT_NE(Lines("Undershoots").find("\"skipped\":\"its counters do not repeat\"}"),
            std::string::npos);
  internal::capabilities.counts_instructions = true;
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=Undershoots:Ten"), 0);
  const std::string& text = internal::printed;
  EXPECT_NE(text.find("             ?            -3           ?        1024         ?         ?"
                      "         ?\n"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("\n?: less than the loop and the pauses around it"), std::string::npos);
  internal::printed.clear();
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=Ten"), 0);
  EXPECT_EQ(internal::printed.find('?'), std::string::npos);
}

TEST_F(Runner, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_repetitions=2"), 1);
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=(a)"), 1);
  EXPECT_EQ(internal::RunBenchmarks("--benchmark_filter=NoSuchName"), 1);
}

// Loaders add a kernel's parameters of their own: firmware of the Raspberry Pi, `kexec
// --reuse-cmdline`.
TEST_F(Runner, IgnoresTheParametersOfAKernel) {
  EXPECT_EQ(internal::RunBenchmarks("console=ttyAMA0,115200 -- ro --benchmark_filter=Ten"), 0);
  EXPECT_EQ(internal::printed.find("unrecognized"), std::string::npos) << internal::printed;
}

}  // namespace
}  // namespace benchmark
