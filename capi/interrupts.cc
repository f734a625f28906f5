// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <cstdint>

#include "capi/exits.h"
#include "capi/host_cpu.h"
#include "capi/interrupt_managers.h"
#include "hal/list_registers.h"
#include "vcpu/vcpu.h"
#include "vgic/interrupt.h"

namespace trivet::capi {
namespace {

using vgic::Interrupt;

/// Of a caller, who may have written anything: the state is the library's. NMI marks what needs a
/// closer look.
Interrupt FromC(trivet_interrupt interrupt) { return Interrupt::FromRaw(interrupt); }

trivet_interrupt ValueOf(Interrupt interrupt) { return interrupt.value().raw(); }

}  // namespace
}  // namespace trivet::capi

using trivet::capi::FromC;
using trivet::capi::ValueOf;
using trivet::capi::With;
using trivet::vgic::Interrupt;

trivet_interrupt trivet_interrupt_edge(uint32_t intid, uint8_t priority) {
  return ValueOf(Interrupt::Edge(intid).priority(priority));
}
trivet_interrupt trivet_interrupt_level(uint32_t intid, uint8_t priority) {
  return ValueOf(Interrupt::Level(intid).priority(priority));
}
trivet_interrupt trivet_interrupt_hardware(uint32_t intid, uint32_t physical, uint8_t priority) {
  return ValueOf(Interrupt::Hardware(intid, physical).priority(priority));
}

trivet_status trivet_interrupts_create(trivet_interrupts* interrupts, size_t size, uint32_t abi,
                                       const trivet_interrupts_config* config) {
  using trivet::capi::Make;
  using trivet::capi::Managers;
  const trivet_status status = trivet::capi::CheckObject(interrupts, size, abi);
  if (status != TRIVET_OK) return status;
  if (config->gich == 0) {
    Make<Managers>(interrupts, trivet::vgic::GicV3Interface());
  } else {
    Make<Managers>(interrupts,
                   trivet::vgic::GicV2Interface<>(config->gich, config->gicc, config->gicc_page));
  }
  return With(interrupts, [config](auto& manager) {
    return trivet::capi::ToC(manager.Create(config->list_registers));
  });
}

trivet_status trivet_interrupts_inject(trivet_interrupts* interrupts, trivet_interrupt interrupt) {
  return With(interrupts, [interrupt](auto& manager) {
    return trivet::capi::ToC(manager.Inject(FromC(interrupt)));
  });
}

trivet_status trivet_interrupts_retract(trivet_interrupts* interrupts, uint32_t intid) {
  return With(interrupts,
              [intid](auto& manager) { return trivet::capi::ToC(manager.Retract(intid)); });
}

void trivet_interrupts_serve_maintenance(trivet_interrupts* interrupts) {
  With(interrupts, [](auto& manager) { manager.ServeMaintenance(); });
}

void trivet_interrupts_deactivate(trivet_interrupts* interrupts, uint32_t intid) {
  With(interrupts, [intid](auto& manager) { manager.Deactivate(intid); });
}

int trivet_interrupts_has_pending(trivet_interrupts* interrupts) {
  return With(interrupts, [](auto& manager) { return manager.HasPending() ? 1 : 0; });
}

void trivet_interrupts_reset(trivet_interrupts* interrupts) {
  With(interrupts, [](auto& manager) { manager.Reset(); });
}

trivet_status trivet_interrupts_post(trivet_interrupts* interrupts, uint32_t sender,
                                     trivet_interrupt interrupt, trivet_where* where,
                                     uint64_t* mpidr) {
  return With(interrupts, [=](auto& manager) {
    const auto receiver = manager.Post(sender, FromC(interrupt));
    if (!receiver) return trivet::capi::ToC(receiver.error().status);
    *where = static_cast<trivet_where>(receiver->where);
    *mpidr = receiver->cpu.affinity;
    return TRIVET_OK;
  });
}

trivet_status trivet_vcpu_run_with(trivet_vcpu* vcpu, trivet_interrupts* interrupts,
                                   trivet_cpu* cpu, trivet_exit* exit) {
  return With(interrupts, [&](auto& manager) {
    return trivet::capi::Give(trivet::vgic::Run(trivet::capi::As<trivet::vcpu::Vcpu>(vcpu), manager,
                                                trivet::capi::Cpu(cpu)),
                              exit);
  });
}
