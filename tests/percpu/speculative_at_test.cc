// SPDX-License-Identifier: Apache-2.0 OR MIT
// Work-around kSpeculativeAt: on an affected CPU no walk uses the registers of two owners; another
// CPU does not pay for it.

#include "percpu/speculative_at.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
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

/// Registers of the EL1&0 regime that a walk uses, of one owner.
struct Owner {
  std::uint64_t ttbr0, ttbr1, tcr, sctlr, vttbr;
};

constexpr std::uint64_t kEpd = TcrEl1().epd0(true).epd1(true).raw();
constexpr std::uint64_t kM = SctlrEl1().m(true).raw();

Owner MakeOwner(unsigned n, bool stage1) {
  return {.ttbr0 = 0x1000 * (n + 1) | std::uint64_t{n + 1} << 48,
          .ttbr1 = 0x10000 * (n + 1),
          .tcr = TcrEl1().t0sz(16 + n).t1sz(20 + n).raw(),
          .sctlr = SctlrEl1::Inert().m(stage1).ntwe((n & 1) != 0).ntwi((n & 2) != 0).raw(),
          .vttbr = VttbrEl2().vmid(n).baddr(0x100 * n).raw()};
}

/// A host and two guests on an affected CPU. After each access at EL2, no walk that some mixture of
/// old and new values allows may use the registers of two owners.
struct WalkCase {
  const char* profile;
  std::uint64_t midr;
  bool e2h, tge;
  bool per_run;
  unsigned stage1;  ///< Bit n: owner n has its stage 1 on.
};

template <class P>
class Walks {
 public:
  explicit Walks(const WalkCase& c) : pe_(ProfileOf(c)), current_(pe_) {
    for (unsigned n = 0; n < 3; ++n) owners_[n] = MakeOwner(n, (c.stage1 >> n & 1) != 0);
    BecomeHost(pe_, c.e2h, c.tge);
    pe_.Poke(RegisterId::kTtbr0El1, owners_[0].ttbr0);
    pe_.Poke(RegisterId::kTtbr1El1, owners_[0].ttbr1);
    pe_.Poke(RegisterId::kTcrEl1, owners_[0].tcr);
    pe_.Poke(RegisterId::kSctlrEl1, owners_[0].sctlr);
    for (unsigned n = 1; n < 3; ++n) {
      guests_[n].load.template Set<Ttbr0El1>(Ttbr0El1::FromRaw(owners_[n].ttbr0));
      guests_[n].load.template Set<Ttbr1El1>(Ttbr1El1::FromRaw(owners_[n].ttbr1));
      guests_[n].load.template Set<TcrEl1>(TcrEl1::FromRaw(owners_[n].tcr));
      guests_[n].load.template Set<SctlrEl1>(SctlrEl1::FromRaw(owners_[n].sctlr));
    }
    Cpu::Isb();
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    pe_.SetStepHook([this](sim::Pe&) { Check(); });
  }
  ~Walks() { pe_.SetStepHook({}); }

  void Load(unsigned n) {
    const VttbrEl2 vttbr = VttbrEl2::FromRaw(owners_[n].vttbr);
    EXPECT_EQ(cpu_.LoadGuest(guests_[n], {.vttbr = vttbr}), Status::kOk);
  }
  void Run(unsigned n) {
    cpu_.BeginRun();
    Cpu::Isb();
    ExpectLive(n);
    // What the guest makes of them.
    owners_[n].tcr ^= TcrEl1().tbi0(true).raw();
    owners_[n].sctlr ^= SctlrEl1().uci(true).raw();
    pe_.Poke(RegisterId::kTcrEl1, owners_[n].tcr);
    pe_.Poke(RegisterId::kSctlrEl1, owners_[n].sctlr);
    cpu_.EndRun();
  }
  void Unload() {
    cpu_.UnloadGuest();
    ExpectLive(0);
  }
  void Disable() {
    EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
    ExpectLive(0);
  }
  /// The guest goes on without stage 2, by request.
  void LeaveOnCpu(unsigned n) {
    pe_.SetStepHook({});
    EXPECT_EQ(cpu_.LeaveOnCpu(), Status::kOk);
    ExpectLive(n);
  }
  void Panic() {
    cpu_.Panic();
    ExpectLive(0);
  }
  void ExpectSaved(unsigned n) {
    EXPECT_EQ(guests_[n].load.template Get<TcrEl1>().raw(), owners_[n].tcr);
    EXPECT_EQ(guests_[n].load.template Get<SctlrEl1>().raw(), owners_[n].sctlr);
  }
  unsigned checks() const { return checks_; }
  const std::set<std::string>& broken() const { return broken_; }

 private:
  static sim::Profile ProfileOf(const WalkCase& c) {
    sim::Profile profile = sim::ProfileNamed(c.profile);
    profile.SetId("MIDR_EL1", c.midr);
    return profile;
  }

  void ExpectLive(unsigned n) {
    EXPECT_EQ(pe_.Peek(RegisterId::kTcrEl1), owners_[n].tcr);
    EXPECT_EQ(pe_.Peek(RegisterId::kSctlrEl1), owners_[n].sctlr);
    EXPECT_EQ(pe_.Peek(RegisterId::kTtbr0El1), owners_[n].ttbr0);
  }

  /// 0, 1 or 2 by `field`; 0 for a value that is no guest's.
  unsigned OwnerOf(std::uint64_t value, std::uint64_t Owner::* field, std::uint64_t ignored = 0) {
    for (unsigned n = 1; n < 3; ++n) {
      if ((value & ~ignored) == (owners_[n].*field & ~ignored)) return n;
    }
    return 0;
  }

  void Check() {
    static constexpr RegisterId kIds[] = {RegisterId::kHcrEl2,   RegisterId::kVttbrEl2,
                                          RegisterId::kSctlrEl1, RegisterId::kTcrEl1,
                                          RegisterId::kTtbr0El1, RegisterId::kTtbr1El1};
    if (pe_.pstate().el() != 2) return;
    ++checks_;
    const sim::PeState state = pe_.Snapshot();
    for (unsigned mixture = 0; mixture < 64; ++mixture) {
      std::uint64_t seen[6];
      bool exists = true;
      for (unsigned i = 0; i < 6; ++i) {
        const sim::Cell& cell = state.cells[static_cast<unsigned>(kIds[i])];
        const bool old = (mixture >> i & 1) != 0;
        exists = exists && (!old || pe_.IsPending(kIds[i]));
        seen[i] = old ? cell.old : cell.value;
      }
      if (exists) CheckWalk(seen);
    }
  }

  void CheckWalk(const std::uint64_t (&seen)[6]) {
    const HcrEl2 hcr = HcrEl2::FromRaw(seen[0]);
    const bool stage1 = (seen[2] & kM) != 0;
    // [arm-arm] HCR_EL2.TGE: stages 1 and 2 of EL1&0 are off, or AT uses EL2&0.
    if (hcr.tge() || (stage1 ? (seen[3] & kEpd) == kEpd : !hcr.vm())) return;
    std::set<unsigned> owners = {OwnerOf(seen[1], &Owner::vttbr),
                                 OwnerOf(seen[2], &Owner::sctlr, kM)};
    if (!hcr.vm()) owners.insert(0);  // Without stage 2, a guest's addresses are physical.
    if (stage1) {
      owners.insert({OwnerOf(seen[3], &Owner::tcr, kEpd), OwnerOf(seen[4], &Owner::ttbr0),
                     OwnerOf(seen[5], &Owner::ttbr1)});
    }
    // Stage 1 is on for a walk only where its owner has it on.
    const bool allowed = !stage1 || (owners_[*owners.begin()].sctlr & kM) != 0;
    if (owners.size() == 1 && allowed) return;
    const sim::Trace& trace = pe_.trace();
    broken_.insert(sim::ToString(trace[trace.size() - 1]));
  }

  sim::Pe pe_;
  const sim::ScopedPe current_;
  percpu::PerCpu<TestHost, P> cpu_;
  percpu::Guest guests_[3];
  Owner owners_[3];
  unsigned checks_ = 0;
  std::set<std::string> broken_;
};

template <class P>
std::set<std::string> WalkEverything(const WalkCase& c) {
  Walks<P> walks(c);
  for (unsigned n : {1u, 2u, 1u}) {
    walks.Load(n);
    walks.Run(n);
    walks.Run(n);
  }
  walks.Unload();
  walks.Load(2);
  walks.Run(2);
  walks.ExpectSaved(1);
  walks.Disable();
  walks.ExpectSaved(2);
  EXPECT_GT(walks.checks(), 100u);
  return walks.broken();
}

template <class P>
std::set<std::string> WalkAway(const WalkCase& c) {
  Walks<P> walks(c);
  walks.Load(1);
  walks.Run(1);
  walks.LeaveOnCpu(1);
  return walks.broken();
}

template <class P>
std::set<std::string> WalkPanic(const WalkCase& c) {
  Walks<P> walks(c);
  walks.Load(1);
  walks.Run(1);
  walks.Panic();
  return walks.broken();
}

template <class P>
std::set<std::string> BrokenUnder(const WalkCase& c) {
  std::set<std::string> broken = WalkEverything<P>(c);
  broken.merge(WalkPanic<P>(c));
  broken.merge(WalkAway<P>(c));
  return broken;
}

std::set<std::string> BrokenBy(const WalkCase& c) {
  return c.per_run ? BrokenUnder<percpu::PerRunPolicy>(c) : BrokenUnder<percpu::DefaultPolicy>(c);
}

constexpr std::uint64_t kA72 = 0x410f'd083, kA76r1 = 0x411f'd0b0, kA76r4 = 0x414f'd0b1;

TEST(SpeculativeAt, NoWalkUsesTheRegistersOfTwoOwners) {
  for (unsigned stage1 = 0; stage1 < 8; ++stage1) {
    for (const bool per_run : {false, true}) {
      for (const bool tge : {false, true}) {
        const WalkCase a72 = {"cortex-a72", kA72, false, tge, per_run, stage1};
        EXPECT_EQ(BrokenBy(a72), std::set<std::string>()) << stage1 << per_run << tge;
        const WalkCase a76 = {"cortex-a76", kA76r1, true, tge, per_run, stage1};
        EXPECT_EQ(BrokenBy(a76), std::set<std::string>()) << stage1 << per_run << tge << " VHE";
      }
    }
  }
}

// The rule sees what the work-around is for.
TEST(SpeculativeAt, WithoutTheWorkaroundAWalkUsesTwoOwners) {
  EXPECT_FALSE(BrokenBy({"cortex-a76", kA76r4, false, false, false, 7}).empty());
  EXPECT_FALSE(BrokenBy({"cortex-a76", kA76r4, false, false, true, 7}).empty());
  EXPECT_FALSE(BrokenBy({"cortex-a76", kA76r4, true, false, true, 7}).empty());
}

// Where the work-around does nothing, neither do its barriers exist.
TEST(SpeculativeAt, AnotherCpuWritesEachRegisterOnce) {
  const auto count = [](const std::vector<sim::Event>& events, sim::EventKind kind, RegisterId id) {
    unsigned n = 0;
    for (const sim::Event& e : events) n += e.kind() == kind && e.reg() == id;
    return n;
  };
  const auto other = TraceOn("cortex-a76", kA76r4, false, false);
  const auto affected = TraceOn("cortex-a76", kA76r1, false, false);
  // Two loads, an unload and a disable.
  EXPECT_EQ(count(other, sim::EventKind::kWrite, RegisterId::kTcrEl1), 4u);
  EXPECT_EQ(count(other, sim::EventKind::kWrite, RegisterId::kSctlrEl1), 4u);
  EXPECT_EQ(count(affected, sim::EventKind::kWrite, RegisterId::kTcrEl1), 12u);
  const auto isbs = [&](const std::vector<sim::Event>& events) {
    return count(events, sim::EventKind::kIsb, RegisterId::kCount);
  };
  EXPECT_GT(isbs(affected), isbs(other));
}

// On every CPU: what switches stage 1 on comes after what it is made of.
TEST(SpeculativeAt, EveryCpuWritesTheTablesFirst) {
  const auto events = TraceOn("cortex-a76", kA76r4, false, false);
  const auto last = [&](RegisterId id) {
    std::size_t at = 0;
    for (std::size_t i = 0; i < events.size(); ++i) {
      if (events[i].kind() == sim::EventKind::kWrite && events[i].reg() == id) at = i;
    }
    return at;
  };
  for (const RegisterId table :
       {RegisterId::kTtbr0El1, RegisterId::kTtbr1El1, RegisterId::kMairEl1}) {
    EXPECT_LT(last(table), last(RegisterId::kTcrEl1));
  }
  EXPECT_LT(last(RegisterId::kTcrEl1), last(RegisterId::kSctlrEl1));
}

}  // namespace
}  // namespace trivet::tests
