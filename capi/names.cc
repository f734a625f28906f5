// SPDX-License-Identifier: Apache-2.0 OR MIT
// Apart from the calls: the register descriptions are linked only where names are printed.

#include "capi/trivet.h"
#include "hal/feature.h"
#include "hal/register_id.h"
#include "hal/register_info.h"

const char* trivet_register_name(uint32_t register_id) {
  if (register_id >= trivet::hal::kRegisterCount) return "none";
  return trivet::hal::InfoOf(static_cast<trivet::hal::RegisterId>(register_id)).name;
}

const char* trivet_feature_name(uint32_t feature) {
  if (feature >= trivet::hal::kFeatureCount) return "none";
  return trivet::hal::ToString(static_cast<trivet::hal::Feature>(feature));
}
