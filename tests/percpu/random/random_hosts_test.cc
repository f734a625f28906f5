// SPDX-License-Identifier: Apache-2.0 OR MIT
// Random hosts: any legal value in every register of EL2 and EL1, any PSTATE, every CPU, and random
// sequences of the public calls. Each call succeeds with everything verified, or is refused with
// every register as it was. STATES: how many hosts; SEED: the first one's, to replay a failure.

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdlib>
#include <iostream>
#include <string>

#include "percpu/per_cpu.h"
#include "percpu/policy.h"
#include "sim/pe/scoped_pe.h"
#include "tests/percpu/random/random_host.h"
#include "tests/percpu/random/subject.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

std::uint64_t FromEnvironment(const char* name, std::uint64_t otherwise) {
  const char* value = std::getenv(name);
  return value == nullptr ? otherwise : std::stoull(value, nullptr, 0);
}

struct Tally {
  std::uint64_t calls = 0, successes = 0, failures = 0;
};

/// One host. Its sequence tends to begin with what makes the rest succeed.
template <class P>
void TryHost(sim::Pe& pe, const vcpu::BlockStage2& stage2, Random& random, Tally& tally,
             std::string& history) {
  constexpr unsigned kCalls = 12;
  Subject<P> subject(pe, stage2, random);
  for (unsigned i = 0; i < kCalls; ++i) {
    Call call = static_cast<Call>(random() % static_cast<unsigned>(Call::kCount));
    if (i < 2 && Chance(random, 90)) call = i == 0 ? Call::kCreate : Call::kEnable;
    if (i == 2 && Chance(random, 70)) call = Call::kRunFirst;
    history += std::string(" ") + ToString(call);
    if (const Status s = subject.Do(call); s != Status::kOk) {
      history += std::string("=") + trivet::ToString(s);
    }
    ++tally.calls;
  }
  tally.successes += subject.successes();
}

void TrySeed(Machines& machines, const vcpu::BlockStage2& stage2, std::uint64_t seed,
             Tally& tally) {
  using Trial = void (*)(sim::Pe&, const vcpu::BlockStage2&, Random&, Tally&, std::string&);
  static constexpr Trial kTrials[] = {&TryHost<percpu::PerCpu<TestHost>>,
                                      &TryHost<percpu::PerCpu<TestHost, percpu::PerRunPolicy>>,
                                      &TryHost<percpu::PerCpu<TestHost, percpu::PassThroughPolicy>>,
                                      &TryHost<percpu::PerCpu<PassThroughTestHost>>};
  Random random(seed);
  sim::Pe& pe = machines.Any(random);
  const sim::ScopedPe current(pe);
  std::string history;
  try {
    BecomeRandomHost(pe, random);
    kTrials[random() % std::size(kTrials)](pe, stage2, random, tally, history);
  } catch (const std::exception& problem) {
    ++tally.failures;
    ADD_FAILURE() << "SEED=" << seed << " STATES=1 replays it: " << pe.profile().name << ":"
                  << history << ": " << problem.what();
  }
}

TEST(RandomHosts, EachCallSucceedsWithEverythingVerifiedOrChangesNothing) {
  constexpr std::uint64_t kMostFailures = 20;
  const std::uint64_t seed = FromEnvironment("SEED", 1);
  const std::uint64_t states = FromEnvironment("STATES", 2000);
  vcpu::BlockStage2 stage2;
  Machines machines(stage2, RandomGuest(), kRandomGuestEntry);
  Tally tally;
  for (std::uint64_t i = 0; i < states && tally.failures < kMostFailures; ++i) {
    TrySeed(machines, stage2, seed + i, tally);
  }
  std::cout << states << " hosts from SEED=" << seed << ": " << tally.calls << " calls, "
            << tally.successes << " succeeded\n";
  EXPECT_GT(tally.successes * 4, tally.calls) << "most calls were refused";
}

}  // namespace
}  // namespace trivet::tests
