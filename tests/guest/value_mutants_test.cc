// SPDX-License-Identifier: Apache-2.0 OR MIT
// Mistakes in what percpu, vcpu and vectors do to registers, injected one at a time into the lives
// of values_test: an access forgotten, of a neighbour's value, of the register behind the E2H
// alias, a barrier or TLBI dropped or of another kind. The comparison must notice each.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <format>
#include <functional>
#include <iostream>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "sim/pe/violation.h"
#include "tests/guest/value_life.h"
#include "tests/guest/value_mistakes.h"
#include "tests/guest/value_scenario.h"

namespace trivet::tests::value_mutants_test {
namespace {

// Why mistakes survive. Of equivalent ones:
constexpr const char kAdopted[] = "AdoptHostChanges() drops the value under this kind of host";
constexpr const char kPerRun[] = "CheckDisable() drops it where each run switches the vectors";
constexpr const char kChecksAlone[] = "CanEnable() drops the value";
constexpr const char kSavedAgain[] = "a suspend saves it again before anything reads it";
constexpr const char kWrittenAgain[] = "it is written again before anything depends on it";
constexpr const char kOfControls[] = "the value of EL2's controls takes its place at once";
constexpr const char kNotKept[] = "no field of it is a guest's: BeginRun() saves it again";
constexpr const char kGuestsStay[] = "the host's do not come back where the guest's stay";
constexpr const char kOpensVectors[] = "EL2 only moves vectors before it is written again";
constexpr const char kSpareIsb[] = "nothing needs it, or another one comes before what does";
constexpr const char kStops[] = "only its E matters before it is written again: clear in both";
constexpr const char kModes[] = "only its SM and ZA are looked at: clear in both";
// Of others:
constexpr const char kOpensSme[] = "SME for EL2: sme_functest has a host that streams";
constexpr const char kNotCompared[] = "of a guest with the interrupt interface, which changes it";
constexpr const char kLooksAgain[] = "Audit() reads it again before it reports a difference";
constexpr const char kSctlrName[] = "its E2H selects a name of SCTLR_EL2: interrupt_test has NMI";
constexpr const char kRefuses[] = "it is checked alone: refusal_test has hosts that are refused";
constexpr const char kEndingsOwn[] = "no unload follows: that of the first run is noticed";
constexpr const char kSelectsPath[] = "it selects the path of a run: the other one looks again";
constexpr const char kSre[] = "its SRE is looked at alone: the neighbour has that bit set too";
constexpr const char kCounters[] = "its N is a limit, and the neighbour's value a higher one";
constexpr const char kZeros[] = "what is loaded by this length is zero at every length";

struct Survivor {
  bool equivalent;
  std::string_view name, kinds, reason;
};
constexpr Survivor kSurvivors[] = {
#define SURVIVES(name, kinds, reason) {false, name, kinds, reason},
#define EQUIVALENT(name, kinds, reason) {true, name, kinds, reason},
#include "tests/guest/value_survivors.inc"
#undef SURVIVES
#undef EQUIVALENT
};

constexpr std::size_t kLeastKilledPercent = 99;

struct Tally {
  std::size_t mutants = 0, killed = 0, equivalent = 0;
};

/// Survivors, and under which kinds of hosts.
using Survivors = std::map<std::string, std::set<std::string>>;

std::string KindOf(const ValueSetting& setting) {
  constexpr const char* kKinds[] = {"nVHE", "nVHE+TGE", "VHE"};
  return kKinds[static_cast<unsigned>(setting.kind)];
}

const Survivor* FindSurvivor(std::string_view name) {
  const auto* const found = std::ranges::find(kSurvivors, name, &Survivor::name);
  return found == std::ranges::end(kSurvivors) ? nullptr : found;
}

enum class Outcome { kSurvives, kNoticed, kNoChange };

Outcome OutcomeOf(ValueLife& life, Mutant mutant) {
  Injection injection(life.events(), life.FirstInStepOf(mutant.event), mutant);
  try {
    life.LiveFrom(mutant.event, std::ref(injection));
  } catch (const sim::Violation&) {
    return injection.changed() ? Outcome::kNoticed : Outcome::kNoChange;
  } catch (const Injection::NoChange&) {
    return Outcome::kNoChange;
  }
  return injection.changed() ? Outcome::kSurvives : Outcome::kNoChange;
}

/// Mistakes in the whole life, or in its ending alone.
void Try(const ValueSetting& setting, Ending ending, bool whole, Tally& tally,
         Survivors& survivors) {
  ValueLife life(setting, ending);
  for (const Mutant mutant : MutantsOf(life.events(), whole ? 0 : life.ending())) {
    const Outcome outcome = OutcomeOf(life, mutant);
    if (outcome == Outcome::kNoChange) continue;
    ++tally.mutants;
    if (outcome == Outcome::kNoticed) {
      ++tally.killed;
      continue;
    }
    const std::string name = Describe(life.events(), mutant);
    survivors[name].insert(KindOf(setting));
    const Survivor* const listed = FindSurvivor(name);
    if (listed != nullptr && listed->equivalent) ++tally.equivalent;
  }
}

std::string Joined(const std::set<std::string>& words) {
  std::string joined;
  for (const std::string& word : words) joined += (joined.empty() ? "" : " ") + word;
  return joined;
}

void Report(const char* what, const Tally& tally) {
  const std::size_t different = tally.mutants - tally.equivalent;
  std::cout << std::format(
      "{}: mutants={} equivalent={} killed={} ({:.1f} % of the others)\n", what, tally.mutants,
      tally.equivalent, tally.killed,
      100.0 * static_cast<double>(tally.killed) / static_cast<double>(different));
  EXPECT_GE(tally.killed * 100, different * kLeastKilledPercent) << what;
}

TEST(ValueMutants, TheComparisonNoticesEachAndTheSurvivorsHaveReasons) {
  if (__has_feature(address_sanitizer)) GTEST_SKIP() << "44,541 runs";
  Tally runs, ends;
  Survivors survivors;
  for (ValueSetting setting : ValueSettings()) {
    // The simulator has no ZA to compare: sme_functest has its values.
    setting.open = setting.open.Without(hal::Capability::kSme);
    Try(setting, Ending::kDisable, true, runs, survivors);
    Try(setting, Ending::kPanic, false, runs, survivors);
    Try(setting, Ending::kSuspend, false, ends, survivors);
    Try(setting, Ending::kLeaveOnCpu, false, ends, survivors);
  }
  Report("enable, runs, disable, panic", runs);
  Report("suspend, resume, hand-over, leave", ends);
  for (const auto& [name, kinds] : survivors) {
    const Survivor* const listed = FindSurvivor(name);
    EXPECT_EQ(listed == nullptr ? "" : listed->kinds, Joined(kinds)) << name << " survives";
  }
  for (const Survivor& survivor : kSurvivors) {
    EXPECT_TRUE(survivors.contains(std::string(survivor.name)))
        << survivor.name << " is noticed, but value_survivors.inc lists it";
  }
}

}  // namespace
}  // namespace trivet::tests::value_mutants_test
