// SPDX-License-Identifier: Apache-2.0 OR MIT
#include <algorithm>
#include <format>

#include "hal/registers.h"
#include "sim/pe/pe.h"
#include "sim/pe/violation.h"

/// The vector registers as EL2's code moves them.
namespace trivet::sim {
namespace {

const AccessId kFp = FindAccess("FP");
const AccessId kSme = FindAccess("SME");

}  // namespace

void Pe::LoadVectors(std::span<const Vector, kVectors> from) {
  BeginAccess("ldp", "Q0 to Q31");
  RefuseTrapped(kFp, false);
  std::ranges::copy(from, state_.v.begin());
  StepBoundary();
}

void Pe::StoreVectors(std::span<Vector, kVectors> to) {
  BeginAccess("stp", "Q0 to Q31");
  RefuseTrapped(kFp, true);
  std::ranges::copy(state_.v, to.begin());
  StepBoundary();
}

void Pe::UseSme(const char* instruction, bool za) {
  BeginAccess(instruction, "");
  RefuseTrapped(kSme, true);
  if (za && !hal::Svcr::FromRaw(Peek(hal::RegisterId::kSvcr)).za()) {
    throw Violation(std::format("{}: {}: PSTATE.ZA is 0", Where(), instruction));
  }
  StepBoundary();
}

}  // namespace trivet::sim
