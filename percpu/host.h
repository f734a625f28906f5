// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>

#include "hal/cpu_id.h"
#include "percpu/parts.h"
#include "vectors/chain_table.h"
#include "vectors/cpu_slot.h"
#include "vectors/slot_finder.h"
#include "vectors/sme_state.h"
#include "vectors/sve_state.h"

namespace trivet::percpu {

/// A callback host: Trivet takes the exceptions at EL2 and calls the host's handlers.
///
///     struct MyHost {
///       static vectors::Handlers HandlersFor(CpuId cpu);
///     };
///
/// HandlersFor may be called on any CPU; the handlers it returns are called on `cpu` only.
template <class H>
concept CallbackHost = requires(CpuId cpu) {
  { H::HandlersFor(cpu) } -> std::same_as<vectors::Handlers>;
};

/// A pass-through host: exceptions taken from EL2 are forwarded to the host's own vector table,
/// with every register as at entry, TPIDR_EL2 included.
///
///     struct MyHost {
///       static vectors::ChainPlace ChainPlaceFor(CpuId cpu);
///     };
///
/// ChainPlaceFor may be called on any CPU. Enable reads the host's vector base: it stays the same
/// until disable.
template <class H>
concept PassThroughHost = requires(CpuId cpu) {
  { H::ChainPlaceFor(cpu) } -> std::same_as<vectors::ChainPlace>;
};

/// What Trivet requires of the host it runs under: one of the two. Optional:
///
///     static std::uint64_t PhysicalAddressOf(const void*);
///     static std::uint64_t VectorBaseFor(CpuId cpu);
///     static constexpr bool kUsesFp = true;
///     static vectors::SveArea SveAreaFor(CpuId cpu);
///     static constexpr const vectors::VectorTable& kVectorTable = my_vectors;
///     static vectors::SmeArea SmeAreaFor(CpuId cpu);
///     static constexpr percpu::Parts kParts = {.vectors = &percpu::kVectorPart};
///
/// PhysicalAddressOf is for hosts whose EL2 addresses are not physical ones. VectorBaseFor is
/// called on `cpu` by enable. Exceptions are forwarded to its value, and disable leaves it in
/// VBAR_EL2, whatever that register held at enable: for hosts whose code runs below EL2 and entered
/// EL2 through the caller's vectors. kUsesFp is for hosts that use FP or SIMD registers at EL2:
/// they find theirs after each run. Under other nVHE hosts their use at EL2 traps while a guest is
/// loaded, and they find theirs after Unload(). SveAreaFor is for hosts that use SVE at EL2, with
/// kUsesFp: all of Z, P and FFR is kept there while a guest has vector registers. Create() calls
/// it. The memory holds vectors as long as ZCR_EL2 makes them, or guests with vector registers are
/// refused. SmeAreaFor is the same for hosts that use SME at EL2: streaming vectors of the length
/// of SMCR_EL2, ZA, ZT0, PSTATE.{SM, ZA}. Other hosts have both bits 0 when they load a guest with
/// SME, or it is refused, and find both 0 again; PSTATE.SM also after a guest with FP alone.
/// kVectorTable is for callback hosts that keep their own pointer in TPIDR_EL2: the table
/// finds this CPU's PerCpu by its slot finder (vectors/slot_finder.h), which the host sets up
/// before enable and leaves until disable. TPIDR_EL2 is the host's throughout. kParts names the
/// code that guests need for what vcpu::Config opens: without it all is linked.
template <class H>
concept Host = CallbackHost<H> != PassThroughHost<H>;

/// The physical address of a stage 2 table: the host's translation if it has one, else identity.
template <Host H>
std::uint64_t PhysicalAddressOf(const void* address) {
  if constexpr (requires { H::PhysicalAddressOf(address); }) {
    return H::PhysicalAddressOf(address);
  } else {
    return reinterpret_cast<std::uint64_t>(address);
  }
}

template <Host H>
constexpr bool UsesFp() {
  if constexpr (requires { H::kUsesFp; }) {
    return H::kUsesFp;
  } else {
    return false;
  }
}

template <class H>
concept HasVectorTable = requires {
  { H::kVectorTable } -> std::convertible_to<const vectors::VectorTable&>;
};

template <Host H>
constexpr const Parts& PartsOf() {
  if constexpr (requires { H::kParts; }) {
    return H::kParts;
  } else {
    return kAllParts;
  }
}

/// The host's own vector base where it supplies one; nullopt: use VBAR_EL2.
template <Host H>
std::optional<std::uint64_t> VectorBaseOf(CpuId cpu) {
  if constexpr (requires { H::VectorBaseFor(cpu); }) {
    return H::VectorBaseFor(cpu);
  } else {
    return std::nullopt;
  }
}

}  // namespace trivet::percpu
