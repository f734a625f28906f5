// SPDX-License-Identifier: Apache-2.0 OR MIT
// Every encoding of a system register or instruction, tried by guests at EL1 and at EL0: which are
// performed, what they show and what they leave.

#include <gtest/gtest.h>

#include "freestanding/text/text.h"
#include "platforms/runtime/arguments.h"
#include "platforms/runtime/console.h"
#include "tests/isolation/marked_host.h"
#include "tests/isolation/owner.h"
#include "tests/isolation/performed.h"

namespace trivet::tests {
namespace {

/// The accesses that a guest performs, by the test's parameters; tried once, by the first test.
struct Classified {
  Classification levels[kLevelCount];
  bool is_filled = false;
};
Classified classified[2][2];

class EveryEncoding : public MarkedHost {
 protected:
  const Classification& At(unsigned level) {
    const auto [kind, opened] = GetParam();
    const bool vhe = kind == percpu::HostKind::kVhe, all = opened == Opened::kEverything;
    Classified& mine = classified[vhe ? 1 : 0][all ? 1 : 0];
    for (unsigned i = 0; i < kLevelCount && !mine.is_filled; ++i) {
      mine.levels[i].Fill(rig(), kLevels[i], open());
    }
    mine.is_filled = true;
    return mine.levels[level];
  }
};
INSTANTIATE_TEST_SUITE_P(HostsAndGuests, EveryEncoding, kHostsAndGuests);

void Print(const Classification& all, const Level& level) {
  for (unsigned o = 0; o < kOutcomes; ++o) {
    const auto outcome = static_cast<Outcome>(o);
    text::Text<120> line;
    line << "[          ] " << level.name << ": " << all.count(outcome, true) << " reads, "
         << all.count(outcome, false) << " writes " << ToString(outcome) << "\n";
    platforms::ConsoleWrite(line);
  }
}

void PrintAll(const Classification& all, const Level& level, hal::Capabilities open) {
  if (!platforms::CommandLine().contains("--list")) return;
  for (const PerformedAccess& performed : all) {
    text::Text<120> line;
    text::Sink& out = line;
    const char* const reason = ReasonToPerform(performed.access, open);
    out << level.name << " " << ToString(performed.outcome) << " " << performed.access << " ";
    out.PutHex(performed.value);
    out << ": " << (reason != nullptr ? reason : "NOT OWNED") << "\n";
    platforms::ConsoleWrite(line);
  }
}

TEST_P(EveryEncoding, IsTrappedUndefinedOrOwned) {
  for (unsigned i = 0; i < kLevelCount; ++i) {
    Print(At(i), kLevels[i]);
    PrintAll(At(i), kLevels[i], open());
    EXPECT_EQ(At(i).count(Outcome::kOther, true) + At(i).count(Outcome::kOther, false), 0u);
    for (const PerformedAccess& performed : At(i)) {
      EXPECT_NE(ReasonToPerform(performed.access, open()), nullptr)
          << kLevels[i].name << ": " << performed.access << " is performed and has no owner";
    }
  }
}

TEST_P(EveryEncoding, ShowsNothingOfTheHost) {
  for (unsigned i = 0; i < kLevelCount; ++i) {
    const Classification& all = At(i);
    WriteAccessCode(kLevels[i].pstate);
    rig().NewGuest(1, open());
    for (const PerformedAccess& performed : all) {
      if (!performed.access.is_read()) continue;
      const Attempt attempt = Try(rig(), performed.access, kLevels[i].pstate, 0);
      EXPECT_FALSE(IsMarker(attempt.result)) << performed.access << " shows a host's register";
    }
  }
}

/// What a guest reads at one level, by the order of its classification.
struct Readings {
  static constexpr unsigned kMost = 512;
  std::uint64_t values[kMost] = {};
  unsigned count = 0;
};

/// The loaded guest makes each read that guests perform.
void ReadAll(IsolationRig& rig, const Classification& all, const Level& level, Readings& readings) {
  WriteAccessCode(level.pstate);
  readings.count = 0;
  for (const PerformedAccess& performed : all) {
    if (!performed.access.is_read()) continue;
    ASSERT_LT(readings.count, Readings::kMost);
    readings.values[readings.count++] = Try(rig, performed.access, level.pstate, 0).result;
  }
}

/// It makes each write, and leaves the registers that Try() resets with values of its own, too.
void WriteAll(IsolationRig& rig, const Classification& all, const Level& level) {
  WriteAccessCode(level.pstate);
  for (const PerformedAccess& performed : all) {
    if (performed.access.is_read()) continue;
    Try(rig, performed.access, level.pstate, ValueFor(performed.access));
  }
}

/// Registers whose value a guest before may not decide.
template <class Report>
unsigned Differences(const Classification& all, const Readings& a, const Readings& b,
                     Report report) {
  unsigned i = 0, differences = 0;
  for (const PerformedAccess& performed : all) {
    if (!performed.access.is_read()) break;
    const bool differ = a.values[i] != b.values[i] && !Moves(performed.access);
    if (differ) report(performed.access, a.values[i], b.values[i]);
    differences += differ ? 1 : 0;
    ++i;
  }
  return differences;
}

Readings fresh[kLevelCount], after_writes, of_the_next;

TEST_P(EveryEncoding, WrittenByOneGuestIsUnseenByTheNext) {
  for (unsigned i = 0; i < kLevelCount; ++i) {
    (void)At(i);
    rig().NewGuest(1, open());
    ReadAll(rig(), At(i), kLevels[i], fresh[i]);
  }
  rig().NewGuest(2, open());
  for (unsigned i = 0; i < kLevelCount; ++i) WriteAll(rig(), At(i), kLevels[i]);
  ReadAll(rig(), At(0), kLevels[0], after_writes);
  const unsigned written = Differences(At(0), fresh[0], after_writes, [](auto...) {});
  EXPECT_GE(written, 15u) << "the writes are seen by the guest that made them";
  IsolationRig::FillGuestControls();
  for (unsigned i = 0; i < kLevelCount; ++i) {
    rig().NewGuest(3, open());
    ReadAll(rig(), At(i), kLevels[i], of_the_next);
    Differences(At(i), fresh[i], of_the_next,
                [](Access access, std::uint64_t first, std::uint64_t next) {
                  ADD_FAILURE() << access << " was " << first << " and is " << next
                                << " after another guest's writes";
                });
  }
}

}  // namespace
}  // namespace trivet::tests
