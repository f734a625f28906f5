// SPDX-License-Identifier: Apache-2.0 OR MIT
// A host whose state rules out a switch is refused by every call that would enable, with the
// register that is wrong, and nothing is written.

#include <gtest/gtest.h>

#include <cstdint>

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

/// What an error has to say.
struct Wrong {
  RegisterId id;
  std::uint64_t expected;
  std::uint64_t got;
};

class Refusal {
 public:
  Refusal(const sim::Profile& profile, bool e2h) : pe_(profile), current_(pe_) {
    BecomeHost(pe_, e2h, e2h);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
  }

  sim::Pe& pe() { return pe_; }

  /// `spoil` makes the host's state what is refused.
  template <class Spoil>
  void ExpectRefusedEverywhere(const Wrong& wrong, Spoil spoil) {
    const sim::PeState good = pe_.Snapshot();
    percpu::Plan plan;
    spoil();
    ExpectRefused(wrong, [&] { return cpu_.CanEnable(); });
    ExpectRefused(wrong, [&] { return cpu_.PlanEnable(plan); });
    ExpectRefused(wrong, [&] { return cpu_.HardwareEnable(); });
    EXPECT_EQ(plan.size(), 0u);
    EXPECT_FALSE(cpu_.IsEnabled());
    pe_.Restore(good);
    ASSERT_EQ(cpu_.HardwareEnable(), Status::kOk);
    ASSERT_EQ(cpu_.PrepareSuspend(), Status::kOk);
    spoil();
    ExpectRefused(wrong, [&] { return cpu_.Resumed(); });
    ExpectRefused(wrong, [&] { return cpu_.SuspendFailed(); });
    pe_.Restore(good);
    EXPECT_EQ(cpu_.Resumed(), Status::kOk);
    EXPECT_EQ(cpu_.HardwareDisable(), Status::kOk);
  }

 private:
  template <class Call>
  void ExpectRefused(const Wrong& wrong, Call call) {
    pe_.trace().Clear();
    EXPECT_EQ(call(), Status::kUnsupportedHost);
    EXPECT_EQ(pe_.trace().Count(sim::EventKind::kWrite), 0u);
    EXPECT_EQ(pe_.trace().Count(sim::EventKind::kIsb), 0u);
    EXPECT_EQ(cpu_.last_error().register_id, wrong.id);
    EXPECT_EQ(cpu_.last_error().expected, wrong.expected);
    EXPECT_EQ(cpu_.last_error().got, wrong.got);
  }

  sim::Pe pe_;
  const sim::ScopedPe current_;
  percpu::PerCpu<TestHost> cpu_;
};

// Guests run on SP_EL2. [arm-arm] SPSel.
TEST(Refusal, AHostOnSpEl0) {
  for (const char* name : {"cortex-a72", "neoverse-v1"}) {
    for (const bool e2h : {false, true}) {
      if (e2h && !sim::Pe(sim::ProfileNamed(name)).model().Has(Feature::kVhe)) continue;
      Refusal refusal(sim::ProfileNamed(name), e2h);
      refusal.ExpectRefusedEverywhere({RegisterId::kSpSel, 1, 0}, [&] {
        sim::Pstate pstate = refusal.pe().pstate();
        pstate.Set(sim::Pstate::kSp, false);
        refusal.pe().set_pstate(pstate);
      });
    }
  }
}

// With FEAT_ExS an exception entry or return synchronizes nothing unless SCTLR_EL2 says so.
// [arm-arm] SCTLR_EL2.EIS, SCTLR_EL2.EOS.
TEST(Refusal, AHostWhoseExceptionsDoNotSynchronize) {
  constexpr std::uint64_t kEis = SctlrEl2().eis(true).raw(), kEos = SctlrEl2().eos(true).raw();
  for (const bool e2h : {false, true}) {
    for (const std::uint64_t clear : {kEis, kEos, kEis | kEos}) {
      Refusal refusal(sim::SyntheticProfile(), e2h);
      const std::uint64_t good = refusal.pe().Peek(RegisterId::kSctlrEl2) | kEis | kEos;
      refusal.pe().Poke(RegisterId::kSctlrEl2, good);
      refusal.ExpectRefusedEverywhere({RegisterId::kSctlrEl2, good, good & ~clear}, [&] {
        refusal.pe().Poke(RegisterId::kSctlrEl2, good & ~clear);
      });
    }
  }
}

// In Secure EL2 stage 2 walks VSTTBR_EL2: a guest could not fetch. [arm-arm] VSTTBR_EL2.
TEST(Refusal, AHostInSecureState) {
  for (const bool e2h : {false, true}) {
    sim::Profile profile = sim::SyntheticProfile();
    profile.el2_is_secure = true;
    sim::Pe pe(profile);
    const sim::ScopedPe current(pe);
    BecomeHost(pe, e2h, e2h);
    pe.Poke(RegisterId::kSctlrEl2,
            pe.Peek(RegisterId::kSctlrEl2) | SctlrEl2().eis(true).eos(true).raw());
    percpu::PerCpu<TestHost> cpu;
    percpu::Plan plan;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    pe.trace().Clear();
    for (unsigned attempt = 0; attempt < 2; ++attempt) {
      EXPECT_EQ(cpu.CanEnable(), Status::kUnsupportedHost);
      EXPECT_EQ(cpu.PlanEnable(plan), Status::kUnsupportedHost);
      EXPECT_EQ(cpu.HardwareEnable(), Status::kUnsupportedHost);
      EXPECT_EQ(cpu.last_error().register_id, RegisterId::kVsttbrEl2);
    }
    EXPECT_EQ(pe.trace().Count(sim::EventKind::kWrite), 0u);
  }
}

// With DC set the host has a stage 2 in use, whatever VM is. [arm-arm] HCR_EL2.DC.
TEST(Refusal, AHostWithADefaultCacheableStage2) {
  for (const bool e2h : {false, true}) {
    sim::Pe pe(sim::ProfileNamed("neoverse-v1"));
    const sim::ScopedPe current(pe);
    BecomeHost(pe, e2h, false);
    percpu::PerCpu<TestHost> cpu;
    ASSERT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
    const std::uint64_t hcr = pe.Peek(RegisterId::kHcrEl2);
    pe.Poke(RegisterId::kHcrEl2, hcr | HcrEl2().dc(true).raw());
    pe.trace().Clear();
    EXPECT_EQ(cpu.HardwareEnable(), Status::kInUse);
    EXPECT_EQ(pe.trace().Count(sim::EventKind::kWrite), 0u);
    // Without effect while TGE is set.
    pe.Poke(RegisterId::kHcrEl2, hcr | HcrEl2().dc(true).tge(true).raw());
    EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
    EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
  }
}

}  // namespace
}  // namespace trivet::tests
