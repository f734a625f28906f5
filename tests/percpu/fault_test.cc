// SPDX-License-Identifier: Apache-2.0 OR MIT
// A register access that fails at any point of a transition leaves the old state, bit for bit, on
// every CPU and under every kind of host.

#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/pe.h"
#include "sim/pe/sim_backend.h"
#include "sim/pe/violation.h"
#include "sim/profiles/profile.h"
#include "tests/support/test_host.h"

namespace trivet::tests::fault_test {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using percpu::HostKind;

/// One CPU with one kind of host on it.
struct CpuAndHost {
  sim::Profile profile;
  HostKind kind;
};

std::vector<CpuAndHost> EveryCpuAndHost() {
  std::vector<CpuAndHost> cases;
  for (const sim::Profile& profile : sim::AllProfiles()) {
    cases.push_back({profile, HostKind::kNvhe});
    cases.push_back({profile, HostKind::kNvheTge});
    if (!sim::Pe(profile).model().Has(Feature::kVhe)) continue;
    cases.push_back({profile, HostKind::kVhe});
    cases.push_back({profile.WithE2hRes1(), HostKind::kVhe});
  }
  return cases;
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

/// One CPU under a host of type H; runs its transitions with each access failing in turn.
template <percpu::Host H>
class FaultedCpu {
 public:
  using Cpu0 = percpu::PerCpu<H>;
  using Call = Status (Cpu0::*)();

  explicit FaultedCpu(const CpuAndHost& c) : pe_(c.profile), current_(pe_) {
    BecomeHost(pe_, c.kind);
    EXPECT_EQ(cpu_.Create(Cpu::CurrentCpu()), Status::kOk);
    disabled_ = Values(pe_);
    EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
    enabled_ = Values(pe_);
  }

  /// Makes `call`, which enables or disables and which `inverse` undoes, with the n-th access
  /// failing, for n = 1, 2, ... until all have failed once. Returns their number.
  unsigned FailEachAccess(bool enabling, Call call, Call inverse) {
    for (unsigned n = 1;; ++n) {
      pe_.DaifMask();
      if (cpu_.IsEnabled() == enabling) EXPECT_EQ((cpu_.*inverse)(), Status::kOk);
      pe_.FailAccess(n);
      try {
        (void)(cpu_.*call)();
        pe_.FailAccess(0);
        return n - 1;
      } catch (const sim::InjectedFault& fault) {
        ExpectOneStateOrTheOther(fault.what());
      }
    }
  }

  void BecomeEnabled() {
    if (!cpu_.IsEnabled()) EXPECT_EQ(cpu_.HardwareEnable(), Status::kOk);
  }

 private:
  /// The registers agree with the object's state. A fault after the last write (in the comparison
  /// or the caller's mask) leaves the new state complete.
  void ExpectOneStateOrTheOther(const char* fault) {
    EXPECT_TRUE(Values(pe_) == (cpu_.IsEnabled() ? enabled_ : disabled_)) << fault;
  }

  sim::Pe pe_;
  const sim::ScopedPe current_;
  Cpu0 cpu_;
  std::vector<std::uint64_t> disabled_, enabled_;
};

template <percpu::Host H>
void FailEverywhere() {
  for (const CpuAndHost& c : EveryCpuAndHost()) {
    SCOPED_TRACE(c.profile.name + ", kind " + std::to_string(static_cast<int>(c.kind)));
    FaultedCpu<H> cpu(c);
    using Cpu0 = percpu::PerCpu<H>;
    EXPECT_GE(cpu.FailEachAccess(true, &Cpu0::HardwareEnable, &Cpu0::HardwareDisable), 14u);
    EXPECT_GE(cpu.FailEachAccess(false, &Cpu0::HardwareDisable, &Cpu0::HardwareEnable), 14u);
    cpu.BecomeEnabled();
    EXPECT_GE(cpu.FailEachAccess(false, &Cpu0::PrepareSuspend, &Cpu0::Resumed), 14u);
    EXPECT_GE(cpu.FailEachAccess(true, &Cpu0::Resumed, &Cpu0::PrepareSuspend), 14u);
    EXPECT_GE(cpu.FailEachAccess(true, &Cpu0::SuspendFailed, &Cpu0::PrepareSuspend), 14u);
  }
}

TEST(TransitionFault, LeavesTheOldStateOrTheNewOneBitForBit) { FailEverywhere<TestHost>(); }

TEST(TransitionFault, DoesSoUnderAPassThroughHost) { FailEverywhere<PassThroughTestHost>(); }

}  // namespace
}  // namespace trivet::tests::fault_test
