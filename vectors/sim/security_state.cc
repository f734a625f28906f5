// SPDX-License-Identifier: Apache-2.0 OR MIT
#include "vectors/security_state.h"

#include "hal/register_id.h"
#include "sim/pe/pe.h"
#include "sim/pe/scoped_pe.h"

namespace trivet::vectors {

extern "C" bool TrivetEl2IsSecure() {
  const sim::AccessPlan& plan = sim::ScopedPe::Current().PlanOf(hal::RegisterId::kVsttbrEl2);
  return plan.read == sim::Outcome::kOk;
}

}  // namespace trivet::vectors
