// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <optional>

#include "hal/capability.h"
#include "hal/register_id.h"
#include "sim/model/model.h"
#include "tests/guest/owner.h"
#include "vectors/vector_state.h"

/// Values of registers that tell their owners apart. On the simulator.
namespace trivet::tests {

/// The bits of `id`'s storage that software can choose without a guest or its host doing something
/// else than in the scenario; 0 for a register that keeps nothing, or that hardware changes.
std::uint64_t ChosenBits(const sim::Model& model, hal::RegisterId id, bool e2h);

/// The value of `owner` in the register: another one for each owner and register, and none that an
/// untouched register has.
std::uint64_t ValueOf(const sim::Model& model, hal::RegisterId id, bool e2h, Owner owner);

/// What a register of a guest reads as that is as the scenario begins: untouched, but for
/// CPACR_EL1, which opens the vector registers.
std::uint64_t InertValue(const sim::Model& model, hal::RegisterId id, bool e2h);

/// Whether a guest with `open` has the register of its own, loaded or running.
bool IsGuests(hal::RegisterId id, hal::Capabilities open, bool runs, bool e2h);

/// The register of `guest`, which has or has not `chosen` its value, in a register of which some
/// bits stay the host's: of the performance monitors, those of counters that EL1 does not have.
std::uint64_t GuestValue(const sim::Model& model, hal::RegisterId id, bool e2h, Owner guest,
                         bool chosen, std::uint64_t host);

/// Whether a guest cannot change its own: it stays as untouched.
bool IsHeld(hal::RegisterId id, hal::Capabilities open);

/// Whether a guest with `open` has the register together with its V0 to V31.
bool IsVector(hal::RegisterId id, hal::Capabilities open);
vectors::VectorState VectorsOf(const sim::Model& model, Owner owner);

/// The EL2 control `id` while a guest with `open` runs, of a host that has `host` in it; nullopt
/// when it is none, or one that the guest's configuration gives. `vectors`: its vector registers,
/// if it has the capability, are in the CPU.
std::optional<std::uint64_t> ControlValue(const sim::Model& model, hal::RegisterId id, bool e2h,
                                          hal::Capabilities open, bool vectors, std::uint64_t host);

/// HCR_EL2 while a guest with `open` runs: `bits` but for TGE and what the capabilities decide.
std::uint64_t GuestHcrValue(const sim::Model& model, hal::Capabilities open, std::uint64_t bits);

}  // namespace trivet::tests
