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

/// The calling CPU, as a round sees it. `act` returns an Error with kOk or the reason; it runs on
/// the CPU that joined, in its caller's context, and at most once for each action of a round.
struct LocalCpu {
  void* self;
  percpu::Error (*act)(void* self, Action action, Operation operation);
};

/// A PerCpu, or a type with the same calls, as a LocalCpu. It must outlive the call it is passed
/// to.
template <class C>
LocalCpu Local(C& cpu) {
  return {.self = &cpu, .act = [](void* self, Action action, Operation operation) {
            C& here = *static_cast<C*>(self);
            const auto set = [&here](bool enabled) {
              return enabled ? here.HardwareEnable() : here.HardwareDisable();
            };
            const bool enable = operation == Operation::kEnable;
            Status status = Status::kOk;
            switch (action) {
              case Action::kPrepare: status = enable ? here.CanEnable() : here.CanDisable(); break;
              case Action::kCommit: status = set(enable); break;
              case Action::kUndo:
                if (here.IsEnabled() == enable) status = set(!enable);
                break;
            }
            return status == Status::kOk ? percpu::Error{} : here.last_error();
          }};
}

}  // namespace trivet::allcpus
