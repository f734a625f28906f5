// SPDX-License-Identifier: Apache-2.0 OR MIT
// IRQ, FIQ, SError, IRQ with Superpriority (an NMI) and a synchronous abort at every step boundary
// of every transition, under every kind of host and every synchronization strategy: each lands in a
// valid table with a handler, none is lost, the state afterwards is the right one, and the masked
// interval is bounded.

#include <gtest/gtest.h>

#include <cstdio>
#include <ostream>
#include <span>
#include <string>
#include <tuple>
#include <vector>

#include "sim/pe/strategy.h"
#include "tests/percpu/interrupted_cpu.h"

namespace trivet::tests {
namespace {

using percpu::HostKind;
using Vectors = HostSetup::Vectors;
using C = InterruptedCpu;

constexpr HostSetup kHostSetups[] = {
    {"Nvhe", HostKind::kNvhe, Vectors::kCallbackPerEnable},
    {"NvheTge", HostKind::kNvheTge, Vectors::kCallbackPerEnable},
    {"NvhePerRun", HostKind::kNvhe, Vectors::kCallbackPerRun},
    {"NvhePassThrough", HostKind::kNvhe, Vectors::kPassThrough},
    {"NvheTgePassThrough", HostKind::kNvheTge, Vectors::kPassThrough},
    {"Vhe", HostKind::kVhe, Vectors::kCallbackPerRun},
    {"VhePassThrough", HostKind::kVhe, Vectors::kPassThrough},
    {"NvheNmi", HostKind::kNvhe, Vectors::kCallbackPerEnable, true},
    {"NvheTgeNmi", HostKind::kNvheTge, Vectors::kCallbackPerEnable, true},
    {"VheNmi", HostKind::kVhe, Vectors::kCallbackPerRun, true},
};

struct Case {
  const char* name;
  Operation operation;
  /// The table that takes interrupts before and after, under hosts where Trivet takes them while
  /// enabled.
  Taker before, after;
  /// The bound on accesses and barriers in a row with I, F and A masked at EL2: the interrupt
  /// latency that a host may rely on.
  unsigned masked_bound;
  bool is_transaction = false;  ///< An abort leaves the old state or the new one.
  bool is_minimal = false;      ///< For hosts that are called per enable only.

  friend void PrintTo(const Case& subject, std::ostream* out) { *out << subject.name; }
};

constexpr Taker kHost = Taker::kHostTable, kOurs = Taker::kTrivetsTable;

const Case kCases[] = {
    {"Enable", {{}, &C::Enable}, kHost, kOurs, 40, true},
    {"Disable", {{&C::Enable}, &C::Disable}, kOurs, kHost, 40, true},
    {"Load", {{&C::Enable}, &C::RunGuest}, kOurs, kOurs, 150},
    {"Run", {{&C::Enable, &C::RunGuest}, &C::RunGuest}, kOurs, kOurs, 48},
    {"Unload", {{&C::Enable, &C::RunGuest}, &C::UnloadGuest}, kOurs, kOurs, 80},
    {"DisableLoaded", {{&C::Enable, &C::RunGuest}, &C::Disable}, kOurs, kHost, 112},
    {"MinimalEnable", {{&C::Claim}, &C::MinimalEnable}, kHost, kOurs, 8, false, true},
    {"MinimalDisable",
     {{&C::Claim, &C::MinimalEnable}, &C::MinimalDisable},
     kOurs,
     kHost,
     8,
     false,
     true},
};

struct NamedStrategy {
  sim::Strategy strategy;
  std::uint64_t seed;
};
/// The exhaustive one first: it shows whether the order of effects is open at all.
constexpr NamedStrategy kStrategies[] = {
    {sim::Strategy::kExhaustive, 1}, {sim::Strategy::kAllOld, 1},  {sim::Strategy::kAllNew, 1},
    {sim::Strategy::kRandom, 3},     {sim::Strategy::kRandom, 77}, {sim::Strategy::kRandom, 0xbeef},
};

/// The exception, the step boundary and the caller's mask.
struct Arrival {
  Injection what;
  unsigned step;
  bool caller_masked;
};

class Interrupts : public ::testing::TestWithParam<std::tuple<HostSetup, Case>> {
 protected:
  Interrupts() : cpu_(setup()) {}

  static const HostSetup& setup() { return std::get<0>(GetParam()); }
  static const Case& subject() { return std::get<1>(GetParam()); }

  /// What arrives under this host.
  static std::span<const Injection> Injections() {
    static constexpr Injection kNmi[] = {Injection::kNmi};
    if (setup().nmi) return kNmi;
    return kInjections;
  }

  Outcome Undisturbed(bool caller_masked) {
    sim::Chooser chooser;
    return cpu_.Run(subject().operation, Injections().back(), 0, caller_masked, chooser);
  }

  /// The table that an interrupt must reach.
  static Taker ExpectedTaker(const Outcome& outcome) {
    if (!setup().takes_interrupts()) return Taker::kHostTable;
    return outcome.after_masking ? subject().after : subject().before;
  }

  void ExpectInterruptTakenOnce(Injection what, const Outcome& outcome,
                                const Outcome& undisturbed) {
    ASSERT_EQ(outcome.takers.size(), 1u) << "lost, or taken twice";
    const bool ended_a_run = what == Injection::kSError && outcome.takers[0] == Taker::kRunLoop;
    if (!ended_a_run) EXPECT_EQ(outcome.takers[0], ExpectedTaker(outcome));
    EXPECT_TRUE(outcome.on_time) << "the caller's mask was not put back";
    EXPECT_FALSE(outcome.aborted);
    EXPECT_EQ(outcome.enabled, undisturbed.enabled);
    EXPECT_TRUE(outcome.registers == undisturbed.registers);
  }

  void ExpectAbortToldOnce(const Outcome& outcome, const Outcome& undisturbed) {
    if (!outcome.injected) return;
    EXPECT_TRUE(outcome.aborted);
    ASSERT_EQ(outcome.takers.size(), 1u);
    if (!subject().is_transaction) return;
    const bool completed = outcome.enabled == undisturbed.enabled;
    EXPECT_TRUE(outcome.registers == (completed ? undisturbed.registers : before_));
  }

  /// Under one strategy; every combination of choices if it is exhaustive. Returns the runs.
  unsigned InterruptUnder(const NamedStrategy& strategy, const Arrival& arrival,
                          const Outcome& undisturbed) {
    sim::Chooser chooser;
    chooser.Use(strategy.strategy, strategy.seed);
    unsigned runs = 0;
    do {
      const Outcome outcome =
          cpu_.Run(subject().operation, arrival.what, arrival.step, arrival.caller_masked, chooser);
      ++runs;
      if (arrival.what == Injection::kAbort) {
        ExpectAbortToldOnce(outcome, undisturbed);
      } else {
        ExpectInterruptTakenOnce(arrival.what, outcome, undisturbed);
      }
    } while (strategy.strategy == sim::Strategy::kExhaustive && chooser.NextRun());
    return runs;
  }

  void Interrupt(const Arrival& arrival, const Outcome& undisturbed) {
    for (const NamedStrategy& strategy : kStrategies) {
      const unsigned runs = InterruptUnder(strategy, arrival, undisturbed);
      runs_ += runs;
      if (HasFailure()) {
        FAIL() << ToString(arrival.what) << " at step " << arrival.step << " of "
               << undisturbed.steps << (arrival.caller_masked ? ", caller masked" : "")
               << ", strategy " << static_cast<int>(strategy.strategy) << ", seed "
               << strategy.seed;
      }
      // Nothing was pending at any use: every strategy does the same.
      if (strategy.strategy == sim::Strategy::kExhaustive && runs == 1) return;
    }
  }

  C cpu_;
  std::vector<std::uint64_t> before_;
  unsigned runs_ = 0;
};

TEST_P(Interrupts, AtEveryStepAreTakenOnceWhereTheyBelongAndChangeNothing) {
  if (subject().is_minimal && !setup().takes_interrupts()) GTEST_SKIP() << "refused";
  before_ = cpu_.RegistersBefore(subject().operation);
  for (const bool caller_masked : {false, true}) {
    const Outcome undisturbed = Undisturbed(caller_masked);
    ASSERT_GE(undisturbed.steps, 5u);
    for (const Injection what : Injections()) {
      for (unsigned step = 1; step <= undisturbed.steps; ++step) {
        Interrupt({what, step, caller_masked}, undisturbed);
        if (HasFatalFailure()) return;
      }
    }
  }
  RecordProperty("runs", static_cast<int>(runs_));
}

TEST_P(Interrupts, AreKeptWaitingForABoundedNumberOfSteps) {
  if (subject().is_minimal && !setup().takes_interrupts()) GTEST_SKIP() << "refused";
  const Outcome outcome = Undisturbed(false);
  // The CPU with FEAT_NMI has more registers to switch.
  const unsigned bound = subject().masked_bound + (setup().nmi ? 16 : 0);
  std::printf("masked interval: %-10s %-14s %3u steps of %3u, bound %u\n", setup().name,
              subject().name, outcome.longest_masked, outcome.steps, bound);
  EXPECT_GE(outcome.longest_masked, 3u);
  EXPECT_LE(outcome.longest_masked, bound);
}

INSTANTIATE_TEST_SUITE_P(Transitions, Interrupts,
                         ::testing::Combine(::testing::ValuesIn(kHostSetups),
                                            ::testing::ValuesIn(kCases)),
                         [](const auto& instance) {
                           return std::string(std::get<0>(instance.param).name) +
                                  std::get<1>(instance.param).name;
                         });

}  // namespace
}  // namespace trivet::tests
