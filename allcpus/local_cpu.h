// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>

#include "allcpus/rendezvous.h"
#include "percpu/per_cpu_state.h"

namespace trivet::allcpus {

/// What a CPU does to itself in a round.
enum class Action : std::uint8_t {
  kPrepare,  ///< Every check that can fail; changes nothing.
  kCommit,   ///< The change. After a failure kUndo follows.
  kUndo,     ///< Back to the state before kCommit, also after a part of it or none.
};

/// The calling CPU, as a round sees it. `act` returns kOk, or the reason after it has written
/// `error`; it runs on the CPU that joined, in its caller's context, and at most once for each
/// action of a round.
struct LocalCpu {
  void* self;
  Status (*act)(void* self, Action action, Operation operation, percpu::Error& error);

  Status Act(Action action, Operation operation, percpu::Error& error) const {
    return act(self, action, operation, error);
  }
};

/// Does `action` by the calls of a PerCpu.
template <class C>
[[gnu::always_inline]] inline Status Perform(C& cpu, Action action, Operation operation) {
  const bool enable = operation == Operation::kEnable;
  if (action == Action::kPrepare) return enable ? cpu.CanEnable() : cpu.CanDisable();
  if (action == Action::kCommit) return enable ? cpu.HardwareEnable() : cpu.HardwareDisable();
  if (cpu.IsEnabled() != enable) return Status::kOk;
  return enable ? cpu.HardwareDisable() : cpu.HardwareEnable();
}

/// LocalCpu::act of a PerCpu.
template <class C>
Status ActOn(void* self, Action action, Operation operation, percpu::Error& error) {
  C& cpu = *static_cast<C*>(self);
  const Status status = Perform(cpu, action, operation);
  if (status != Status::kOk) [[unlikely]]
    error = cpu.last_error();
  return status;
}

/// A PerCpu, or a type with the same calls, as a LocalCpu. It must outlive the call it is passed
/// to.
template <class C>
LocalCpu Local(C& cpu) {
  return {.self = &cpu, .act = &ActOn<C>};
}

}  // namespace trivet::allcpus
