// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "tests/percpu/errata_rig.h"

#include <gtest/gtest.h>

#include "hal/cpu.h"
#include "percpu/per_cpu.h"
#include "sim/pe/sim_backend.h"
#include "sim/profiles/profile.h"
#include "tests/support/test_host.h"

namespace trivet::tests {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

void BecomeHost(sim::Pe& pe, bool e2h, bool tge) {
  pe.Poke(RegisterId::kHcrEl2, HcrEl2::Inert().rw(true).e2h(e2h).tge(tge).raw());
  if (e2h) {
    pe.Poke(RegisterId::kCptrEl2, CptrEl2E2h().fpen(TrapLevels::kNone).raw());
    pe.Poke(RegisterId::kCnthctlEl2, CnthctlEl2E2h().el0pcten(true).raw());
  }
  pe.set_pstate(pe.pstate());
  pe.Poke(RegisterId::kVbarEl2, 0x4010'0000);
}

std::vector<sim::Event> TraceOn(const char* name, std::uint64_t midr, bool e2h, bool tge) {
  sim::Profile profile = sim::ProfileNamed(name);
  profile.SetId("MIDR_EL1", midr);
  sim::Pe pe(profile);
  const sim::ScopedPe current(pe);
  BecomeHost(pe, e2h, tge);
  percpu::PerCpu<TestHost> cpu;
  percpu::Guest guest;
  EXPECT_EQ(cpu.Create(Cpu::CurrentCpu()), Status::kOk);
  pe.trace().Clear();
  EXPECT_EQ(cpu.HardwareEnable(), Status::kOk);
  EXPECT_EQ(cpu.LoadGuest(guest, {.vttbr = VttbrEl2().vmid(1)}), Status::kOk);
  cpu.BeginRun();
  cpu.EndRun();
  cpu.UnloadGuest();
  EXPECT_EQ(cpu.LoadGuest(guest, {.vttbr = VttbrEl2().vmid(1)}), Status::kOk);
  EXPECT_EQ(cpu.HardwareDisable(), Status::kOk);
  std::vector<sim::Event> events;
  for (std::uint64_t i = pe.trace().first(); i < pe.trace().size(); ++i)
    events.push_back(pe.trace()[i]);
  return events;
}

}  // namespace trivet::tests
