#pragma once

#include <concepts>
#include <cstdint>

#include "hal/cpu_id.h"
#include "vectors/cpu_slot.h"

namespace trivet::percpu {

/// What Trivet asks of the host it runs under.
///
///     struct MyHost {
///       static vectors::Handlers HandlersFor(CpuId cpu);
///     };
///
/// HandlersFor may be called on any CPU; the handlers it returns are called on `cpu` only. A host
/// whose EL2 addresses are not physical addresses also has `static std::uint64_t
/// PhysicalAddressOf(const void*)`.
template <class H>
concept Host = requires(CpuId cpu) {
  { H::HandlersFor(cpu) } -> std::same_as<vectors::Handlers>;
};

/// The physical address stage 2 tables are given by. Identity, unless the host says otherwise.
template <Host H>
std::uint64_t PhysicalAddressOf(const void* address) {
  if constexpr (requires { H::PhysicalAddressOf(address); }) {
    return H::PhysicalAddressOf(address);
  } else {
    return reinterpret_cast<std::uint64_t>(address);
  }
}

}  // namespace trivet::percpu
