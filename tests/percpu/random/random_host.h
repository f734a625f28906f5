// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include <cstdint>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "hal/register_id.h"
#include "sim/instructions/instruction.h"
#include "sim/pe/pe.h"
#include "sim/profiles/profile.h"
#include "vcpu/stage2.h"

/// A host at EL2 whose registers hold anything that its CPU lets them hold.
namespace trivet::tests {

using Random = std::mt19937_64;

/// True with a probability of `percent`.
inline bool Chance(Random& random, unsigned percent) { return random() % 100 < percent; }

/// One simulated CPU for each profile, FEAT_E2H0 left out where FEAT_VHE is, and the CPU with every
/// feature.
class Machines {
 public:
  /// Table walks of each find `stage2`, which maps the guest, and `program`.
  Machines(vcpu::BlockStage2& stage2, const sim::GuestProgram& program, std::uint64_t entry);
  /// One of them, as after its construction.
  sim::Pe& Any(Random& random);

 private:
  struct Machine {
    std::unique_ptr<sim::Pe> pe;
    sim::PeState fresh;
  };
  std::vector<Machine> machines_;
};

/// Random legal values for every register that EL2 can write, and for PSTATE.
void BecomeRandomHost(sim::Pe& pe, Random& random);

/// Every register that software could see changed, in RegisterId order. Not those that each
/// exception from a guest writes.
std::vector<std::uint64_t> RegistersOf(const sim::Pe& pe);

/// What a guest, or Trivet while it is enabled, has in the place of the host's.
bool IsGuestOwned(hal::RegisterId id);
bool IsTrivetOwned(hal::RegisterId id);

}  // namespace trivet::tests
