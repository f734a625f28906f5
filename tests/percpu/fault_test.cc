// A register access that fails at any point of a transition leaves the old state, bit for bit, on
// every CPU and under every kind of host.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe.h"
#include "sim/profile.h"
#include "sim/sim_backend.h"
#include "sim/violation.h"
#include "tests/support/test_host.h"

namespace trivet::tests {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register vocabulary

using percpu::HostKind;

/// One CPU with one kind of host on it.
struct Ground {
  sim::Profile profile;
  HostKind kind;
};

std::vector<Ground> EveryGround() {
  std::vector<Ground> grounds;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    grounds.push_back({profile, HostKind::kNvhe});
    grounds.push_back({profile, HostKind::kNvheTge});
    if (!sim::Pe(profile).model().Has(Feature::kVhe)) continue;
    grounds.push_back({profile, HostKind::kVhe});
    grounds.push_back({profile.WithE2hRes1(), HostKind::kVhe});
  }
  return grounds;
}

void BecomeHost(sim::Pe& pe, HostKind kind) {
  const HcrEl2 hcr = HcrEl2::Inert().imo(true).fmo(true).amo(true).rw(true);
  pe.Poke(RegisterId::kHcrEl2, hcr.e2h(kind == HostKind::kVhe).tge(kind != HostKind::kNvhe).raw());
  if (kind == HostKind::kVhe) {
    pe.Poke(RegisterId::kCptrEl2, CptrEl2E2h().fpen(TrapLevels::kNone).raw());
    pe.Poke(RegisterId::kCnthctlEl2, CnthctlEl2E2h().el0pcten(true).raw());
  }
  pe.Poke(RegisterId::kVbarEl2, 0x4010'0000);
  pe.Poke(RegisterId::kTpidrEl2, 0x1234'5678);
  pe.set_pstate(pe.pstate());
  Cpu::Isb();
}

std::vector<std::uint64_t> Values(const sim::Pe& pe) {
  std::vector<std::uint64_t> values;
  for (const RegisterInfo& info : AllRegisters()) values.push_back(pe.Peek(info.id));
  return values;
}

/// One CPU that is enabled and disabled with each access failing in turn, under a host of type H.
template <percpu::Host H>
class Victim {
 public:
  explicit Victim(const Ground& ground) : pe_(ground.profile), current_(pe_) {
    BecomeHost(pe_, ground.kind);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    disabled_ = Values(pe_);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    enabled_ = Values(pe_);
  }

  /// Enables or disables with the n-th access failing, for n = 1, 2, ... until none is left to
  /// fail. Returns how many there were.
  unsigned FailEachAccess(bool enabling) {
    for (unsigned n = 1;; ++n) {
      SetUp(!enabling);
      pe_.FailAccess(n);
      try {
        (void)(enabling ? cpu_.HardwareEnable() : cpu_.HardwareDisable());
        pe_.FailAccess(0);
        return n - 1;
      } catch (const sim::InjectedFault& fault) {
        ExpectOneStateOrTheOther(fault.what());
      }
    }
  }

 private:
  void SetUp(bool enabled) {
    pe_.DaifMask();
    if (cpu_.IsEnabled() == enabled) return;
    EXPECT_EQ(enabled ? cpu_.HardwareEnable() : cpu_.HardwareDisable(), Status::kOk);
  }
  /// The object's word for it, and every register accordingly. What fails after the last write (the
  /// comparison, the caller's mask) fails with the new state complete.
  void ExpectOneStateOrTheOther(const char* fault) {
    EXPECT_TRUE(Values(pe_) == (cpu_.IsEnabled() ? enabled_ : disabled_)) << fault;
  }

  sim::Pe pe_;
  const sim::ScopedPe current_;
  percpu::PerCpu<H> cpu_;
  std::vector<std::uint64_t> disabled_, enabled_;
};

template <percpu::Host H>
void FailEverywhere() {
  for (const Ground& ground : EveryGround()) {
    SCOPED_TRACE(ground.profile.name + ", kind " + std::to_string(static_cast<int>(ground.kind)));
    Victim<H> victim(ground);
    EXPECT_GE(victim.FailEachAccess(true), 15u);
    EXPECT_GE(victim.FailEachAccess(false), 15u);
  }
}

TEST(TransitionFault, LeavesTheOldStateOrTheNewOneBitForBit) { FailEverywhere<TestHost>(); }

TEST(TransitionFault, DoesSoUnderAChainedHost) { FailEverywhere<ChainedTestHost>(); }

}  // namespace
}  // namespace trivet::tests
