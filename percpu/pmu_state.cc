// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/pmu_state.h"

#include <algorithm>

#include "hal/cpu.h"
#include "percpu/parts.h"
#include "percpu/register_family.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

using Types = FamilyOf<void
#define EVENT_TYPE(Type) , Type
#include "hal/regs/guest.def"
                       >;
using EventCounters = FamilyOf<void
#define EVENT_COUNTER(Type) , Type
#include "hal/regs/guest.def"
                               >;

/// Their bits in PMCNTEN, PMOVS and PMINTEN: the cycle counter's and each event counter's.
constexpr std::uint64_t BitsOf(unsigned counters) {
  return std::uint64_t{1} << 31 | ((std::uint64_t{1} << counters) - 1);
}

}  // namespace

/// [arm-arm] MDCR_EL2.HPMN: EL1 and EL0 have the event counters below it.
unsigned PmuState::CountersFor(MdcrEl2 mdcr) {
  const unsigned has = Cpu::Read<PmcrEl0>().n();
  return std::min<unsigned>({has, mdcr.hpmn(), kMaxCounters});
}

/// [arm-arm] PMCR_EL0.E: with it clear, neither the cycle counter nor those below HPMN count. The
/// ISB stops them before they are read: no overflow falls between a counter and PMOVSSET_EL0.
void PmuState::Save() {
  const PmcrEl0 control = Cpu::Read<PmcrEl0>();
  Cpu::Write<PmcrEl0>(control.e(false));
  Cpu::Isb();
  pmcr = control.raw();
  enabled = Cpu::Read<PmcntensetEl0>().raw();
  overflowed = Cpu::Read<PmovssetEl0>().raw();
  interrupts = Cpu::Read<PmintensetEl1>().raw();
  selected = static_cast<std::uint32_t>(Cpu::Read<PmselrEl0>().raw());
  cycles = Cpu::Read<PmccntrEl0>().raw();
  cycle_filter = Cpu::Read<PmccfiltrEl0>().raw();
  Types::Save(types.data(), counters);
  EventCounters::Save(counts.data(), counters);
}

void PmuState::Restore() const {
  const std::uint64_t mask = BitsOf(counters);
  AssignBits<PmcntensetEl0, PmcntenclrEl0>(enabled, mask);
  AssignBits<PmovssetEl0, PmovsclrEl0>(overflowed, mask);
  AssignBits<PmintensetEl1, PmintenclrEl1>(interrupts, mask);
  Cpu::Write<PmselrEl0>(PmselrEl0::FromRaw(selected));
  Cpu::Write<PmccntrEl0>(PmccntrEl0::FromRaw(cycles));
  Cpu::Write<PmccfiltrEl0>(PmccfiltrEl0::FromRaw(cycle_filter));
  Types::Restore(types.data(), counters);
  EventCounters::Restore(counts.data(), counters);
  Cpu::Write<PmcrEl0>(PmcrEl0::FromRaw(pmcr));  // Last: it starts them.
}

constinit const RegisterPart kMonitorPart = {
    .serves = Capability::kPmu,
    .save =
        [](OwnedRegisters& to, SwitchTime when, const CpuTraits&, Capabilities) {
          if (when == SwitchTime::kEachRun) to.pmu.Save();
        },
    .restore =
        [](const OwnedRegisters& from, SwitchTime when, const CpuTraits&, Capabilities) {
          if (when == SwitchTime::kEachRun) from.pmu.Restore();
        }};

}  // namespace trivet::percpu
