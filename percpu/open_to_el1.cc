// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "percpu/open_to_el1.h"

#include <cstdint>

#include "hal/cpu.h"
#include "percpu/guest_controls.h"
#include "percpu/guest_registers.h"

namespace trivet::percpu {
namespace {

using namespace hal;  // NOLINT(google-build-using-namespace): the register descriptions

/// The longest that the CPU has: it takes what is beyond as that. [arm-arm] ZCR_EL2.LEN.
constexpr std::uint8_t kLongest = 0xf;

void OpenLengths(Capabilities open) {
  if (open.Has(Capability::kSve)) Cpu::Write<ZcrEl2>(ZcrEl2().len(kLongest));
  if (!open.Has(Capability::kSme)) return;
  Cpu::Write<SmcrEl2>(
      SmcrEl2().len(kLongest).fa64(Has<Feature::kSmeFa64, Cpu>()).ezt0(Has<Feature::kSme2, Cpu>()));
}

}  // namespace

void OpenToEl1(Capabilities open) {
  Cpu cpu;
  const HcrEl2 hcr = Cpu::Read<HcrEl2>();
  CpuTraits traits(hcr.tge(false));
  traits.Query();
  TrapBank traps;
  traps.Save(cpu, traits);
  MakeControls(traps, traps, open, traits, El1Of::kNoGuest);
  // The priorities of streaming vectors are EL1's own.
  traps.Set<HcrxEl2>(traps.Get<HcrxEl2>().smpme(false));
  traps.Restore(cpu, traits);
  Cpu::Write<VttbrEl2>(VttbrEl2());
  cpu.Isb();
  OpenLengths(open);
  Cpu::Write<HcrEl2>(ControlledHcr(open, traits, El1Of::kNoGuest).rw(true).e2h(hcr.e2h()));
  cpu.Isb();
}

}  // namespace trivet::percpu
