// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vcpu/vcpu.h"

#include <bit>

#include "capi/exits.h"
#include "capi/host_cpu.h"
#include "capi/interrupt_managers.h"
#include "capi/object.h"
#include "percpu/masked_interrupts.h"
#include "vcpu/inject.h"

namespace trivet::capi {
namespace {

using vcpu::Vcpu;

Vcpu& Guest(trivet_vcpu* vcpu) { return As<Vcpu>(vcpu); }

bool IsPossible(const trivet_vcpu_config& config) {
  const bool sve = config.sve_granules <= vectors::kMaxSveGranules;
  const bool sme = config.sme_granules == 0 || (config.sme_granules <= vectors::kMaxSmeGranules &&
                                                std::has_single_bit(config.sme_granules));
  return sve && sme && hal::Capabilities::FromRaw(config.open).has_value();
}

vcpu::Config ToConfig(const trivet_vcpu_config& config) {
  vcpu::Config result = {.entry = config.entry,
                         .argument = config.argument,
                         .vtcr = hal::VtcrEl2::FromRaw(config.vtcr),
                         .vttbr = hal::VttbrEl2::FromRaw(config.vttbr),
                         .traps = hal::HcrEl2::FromRaw(config.traps),
                         .open = *hal::Capabilities::FromRaw(config.open),
                         .mpidr = hal::MpidrEl1::FromRaw(config.mpidr),
                         .counter_offset = config.counter_offset,
                         .interrupts = SwitchedOf(config.interrupts),
                         .translates_faults = config.translates_faults != 0};
  result.sve.memory = static_cast<std::byte*>(config.sve_memory);
  result.sve.granules = static_cast<std::uint8_t>(config.sve_granules);
  result.sme.memory = static_cast<std::byte*>(config.sme_memory);
  result.sme.granules = static_cast<std::uint8_t>(config.sme_granules);
  return result;
}

/// The host takes what ended the run, by its own handlers.
void TakeInterrupts() {
  const hal::Daif masked = hal::Cpu::DaifMask();
  hal::Cpu::DaifRestore(hal::Daif().d(true));
  hal::Cpu::Isb();
  hal::Cpu::DaifRestore(masked);
}

trivet_status Serve(HostCpu& cpu, trivet_cpu* c, trivet_vcpu* vcpu) {
  if (cpu.host().exit == nullptr) return TRIVET_HANDLER_MISSING;
  const percpu::MaskedInterrupts masked;
  while (vcpu != nullptr) {
    trivet_exit exit;
    const trivet_status status = trivet_vcpu_run(vcpu, c, &exit);
    if (status != TRIVET_OK) return status;
    if (exit.reason == TRIVET_EXIT_IRQ || exit.reason == TRIVET_EXIT_FIQ) TakeInterrupts();
    vcpu = cpu.host().exit(c, vcpu, &exit);
  }
  return TRIVET_OK;
}

}  // namespace
}  // namespace trivet::capi

using trivet::capi::As;
using trivet::capi::Cpu;
using trivet::capi::Give;
using trivet::capi::Guest;
using trivet::capi::ToC;

trivet_status trivet_vcpu_create(trivet_vcpu* vcpu, size_t size, uint32_t abi,
                                 const trivet_vcpu_config* config) {
  const trivet_status status = trivet::capi::CheckObject(vcpu, size, abi);
  if (status != TRIVET_OK) return status;
  if (!trivet::capi::IsPossible(*config)) return TRIVET_INVALID_ARGUMENT;
  trivet::capi::Make<trivet::vcpu::Vcpu>(vcpu, trivet::capi::ToConfig(*config));
  return TRIVET_OK;
}

trivet_status trivet_vcpu_run(trivet_vcpu* vcpu, trivet_cpu* cpu, trivet_exit* exit) {
  return Give(Guest(vcpu).Run(Cpu(cpu)), exit);
}

trivet_status trivet_vcpu_run_masked(trivet_vcpu* vcpu, trivet_cpu* cpu, trivet_exit* exit) {
  return Give(Guest(vcpu).Run(Cpu(cpu), trivet::percpu::MaskedAndPinned()), exit);
}

trivet_status trivet_cpu_serve(trivet_cpu* cpu, trivet_vcpu* vcpu) {
  return trivet::capi::Serve(Cpu(cpu), cpu, vcpu);
}

trivet_status trivet_vcpu_unload(trivet_vcpu* vcpu, trivet_cpu* cpu) {
  return ToC(Guest(vcpu).Unload(Cpu(cpu)));
}

trivet_frame* trivet_vcpu_frame(trivet_vcpu* vcpu) {
  return reinterpret_cast<trivet_frame*>(&Guest(vcpu).frame());
}

uint64_t trivet_vcpu_hcr(const trivet_vcpu* vcpu) {
  return As<trivet::vcpu::Vcpu>(vcpu).hcr().value().raw();
}

void trivet_vcpu_skip(trivet_vcpu* vcpu, const trivet_exit* exit) {
  Guest(vcpu).SkipInstruction({.reason = static_cast<trivet::vcpu::ExitReason>(exit->reason),
                               .syndrome = trivet::vectors::Syndrome::FromRaw(exit->syndrome)});
}

trivet_status trivet_vcpu_inject(trivet_vcpu* vcpu, trivet_cpu* cpu,
                                 const trivet_exception* exception) {
  const auto what = trivet::capi::ToException(*exception);
  return ToC(what ? trivet::vcpu::Inject(Cpu(cpu), Guest(vcpu), *what) : what.error());
}
