#include <algorithm>

#include "sim/pe/pe.h"

/// The vector registers as EL2's code moves them.
namespace trivet::sim {
namespace {

const AccessId kFp = FindAccess("FP");

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

}  // namespace trivet::sim
