// SPDX-License-Identifier: Apache-2.0 OR MIT
// Errata: which CPU needs what; the barriers before HCR_EL2 on a CPU that needs them, and on no
// other.

#include "percpu/errata.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/sim_backend.h"
#include "sim/profiles/profile.h"
#include "tests/percpu/errata_rig.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::Workaround;
using percpu::Workarounds;

Workarounds Of(std::uint64_t midr) { return percpu::WorkaroundsFor(MidrEl1::FromRaw(midr)); }

TEST(Errata, MidrSelectsTheWorkarounds) {
  const Workarounds none = Workarounds().Known();
  const Workarounds at = none.With(Workaround::kSpeculativeAt);
  const Workarounds dsb = none.With(Workaround::kDsbBeforeHcr);
  EXPECT_EQ(Of(0x410f'd083), at);    // Cortex-A72 r0p3
  EXPECT_EQ(Of(0x411f'd070), at);    // Cortex-A57 r1p0
  EXPECT_EQ(Of(0x410f'd034), at);    // Cortex-A53 r0p4
  EXPECT_EQ(Of(0x412f'd050), at);    // Cortex-A55 r2p0
  EXPECT_EQ(Of(0x412f'd051), none);  // r2p1
  EXPECT_EQ(Of(0x410f'd0b0), at);    // Cortex-A76 r0p0
  EXPECT_EQ(Of(0x413f'd0b0), none);  // r3p0
  EXPECT_EQ(Of(0x412f'd0c0), at);    // Neoverse-N1 r2p0
  EXPECT_EQ(Of(0x413f'd0c1), none);  // r3p1
  EXPECT_EQ(Of(0x420f'd083), none);  // Another implementer's part number.
  EXPECT_EQ(Of(0xc00f'ac40), dsb);   // AmpereOne AC04
  EXPECT_EQ(Of(0x411f'd402), none);  // Neoverse-V1
}

std::string Printed(std::uint64_t midr) {
  std::string text;
  percpu::PrintErrata(
      MidrEl1::FromRaw(midr),
      {.write = [](void* to, const char* from,
                   std::size_t size) { static_cast<std::string*>(to)->append(from, size); },
       .context = &text});
  return text;
}

TEST(Errata, WhatAppliesIsPrinted) {
  const std::string text = Printed(0x410f'd083);
  EXPECT_TRUE(text.starts_with("Cortex-A72 1319367: no walk while")) << text;
  EXPECT_TRUE(text.ends_with(")\n")) << text;
  EXPECT_EQ(Printed(0x411f'd402), "none\n");
}

std::string Revision(unsigned revision) {
  return "r" + std::to_string(revision >> 4) + "p" + std::to_string(revision & 15);
}

std::string Revisions(const percpu::Erratum& erratum) {
  if (erratum.first == 0 && erratum.last == 0xff) return "all";
  if (erratum.first == erratum.last) return Revision(erratum.first);
  return Revision(erratum.first) + " to " + Revision(erratum.last);
}

TEST(Errata, ThePageHasTheTable) {
  std::vector<std::string> expected;
  for (unsigned i = 0; i < static_cast<unsigned>(Workaround::kCount); ++i) {
    const auto w = static_cast<Workaround>(i);
    expected.push_back(std::string("| ") + NameOf(w) + " | " + Describe(w) + " | " + CostOf(w) +
                       " |");
  }
  for (const percpu::Erratum& e : percpu::AllErrata()) {
    expected.push_back(std::string("| ") + e.cpu + " | " + Revisions(e) + " | " + e.number + " | " +
                       NameOf(e.workaround) + " | " + e.source + " |");
  }
  std::ifstream page("docs/caveats.md");
  std::vector<std::string> rows;
  bool found = false;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) found = line == "## Errata";
    const bool heads = line.starts_with("| CPU |") || line.starts_with("| work-around |");
    if (found && line.starts_with("| ") && !heads) rows.push_back(line);
  }
  EXPECT_EQ(rows, expected);
}

struct Counts {
  unsigned writes = 0, after_dsb = 0, before_isb = 0;
};

Counts CountHcrWrites(const std::vector<sim::Event>& events) {
  Counts counts;
  for (std::size_t i = 1; i + 1 < events.size(); ++i) {
    if (events[i].kind() != sim::EventKind::kWrite || events[i].reg() != RegisterId::kHcrEl2)
      continue;
    ++counts.writes;
    counts.after_dsb += events[i - 1].kind() == sim::EventKind::kDsb;
    counts.before_isb += events[i + 1].kind() == sim::EventKind::kIsb;
  }
  return counts;
}

constexpr std::uint64_t kAc04 = 0xc00f'ac40, kV1 = 0x411f'd402;

TEST(DsbBeforeHcr, EveryWriteOfHcrHasItsBarriersAndOthersPayNone) {
  for (const bool e2h : {false, true}) {
    for (const bool tge : {false, true}) {
      const Counts with = CountHcrWrites(TraceOn("neoverse-v1", kAc04, e2h, tge));
      EXPECT_GE(with.writes, e2h ? 2u : 4u);
      EXPECT_EQ(with.after_dsb, with.writes);
      EXPECT_EQ(with.before_isb, with.writes);
      const Counts without = CountHcrWrites(TraceOn("neoverse-v1", kV1, e2h, tge));
      EXPECT_EQ(without.writes, with.writes);
      EXPECT_EQ(without.after_dsb, 0u);
    }
  }
}

TEST(DsbBeforeHcr, ThePlanShowsTheBarrier) {
  sim::Profile profile = sim::ProfileNamed("neoverse-v1");
  profile.SetId("MIDR_EL1", kAc04);
  sim::Pe pe(profile);
  const sim::ScopedPe current(pe);
  percpu::PerCpu<TestHost> cpu;
  percpu::Plan plan;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  ASSERT_EQ(cpu.PlanEnable(plan), Status::kOk);
  std::size_t hcr = 0;
  while (plan[hcr].register_id != RegisterId::kHcrEl2) ASSERT_LT(++hcr, plan.size());
  EXPECT_EQ(plan[hcr - 1].action, percpu::Plan::Action::kDsb);
}

}  // namespace
}  // namespace trivet::tests
