// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <memory>

#include "capi/object.h"
#include "percpu/guest_registers.h"
#include "vgic/gic_v2_interface.h"
#include "vgic/gic_v3_interface.h"
#include "vgic/switched.h"
#include "vgic/virtual_cpu_interface.h"

namespace trivet::capi {

/// A manager of list registers and what switches it with a guest.
template <class Interface>
struct Managed {
  vgic::VirtualCpuInterface<Interface, 16, 8> manager;
  vgic::Switched<decltype(manager)> switched{manager};

  explicit Managed(Interface interface) : manager(interface) {}
};
using ManagedV3 = Managed<vgic::GicV3Interface>;
using ManagedV2 = Managed<vgic::GicV2Interface<>>;

/// One of the two. Nothing in it needs to be destroyed.
struct Managers {
  union {
    ManagedV3 v3;
    ManagedV2 v2;
  };
  bool is_v2;

  explicit Managers(vgic::GicV3Interface interface) : v3(interface), is_v2(false) {}
  explicit Managers(vgic::GicV2Interface<> interface) : v2(interface), is_v2(true) {}
  Managers(const Managers&) = delete;
  Managers& operator=(const Managers&) = delete;
  ~Managers() {}
};

/// Calls use(manager).
template <class Use>
[[gnu::always_inline]] inline auto With(trivet_interrupts* interrupts, Use use) {
  auto& managers = As<Managers>(interrupts);
  if (managers.is_v2) [[unlikely]]
    return use(managers.v2.manager);
  return use(managers.v3.manager);
}

/// What a vCPU's configuration has. Null: none.
inline percpu::GuestInterrupts* SwitchedOf(trivet_interrupts* interrupts) {
  if (interrupts == nullptr) return nullptr;
  auto& managers = As<Managers>(interrupts);
  return managers.is_v2 ? static_cast<percpu::GuestInterrupts*>(&managers.v2.switched)
                        : &managers.v3.switched;
}

}  // namespace trivet::capi
