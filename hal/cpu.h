// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/backend.h"
#include "hal/selected_backend.h"

namespace trivet::hal {

/// The backend the platform's `execution` constraint chose: the CPU's instructions or the
/// simulator.
using Cpu = SelectedBackend;
static_assert(Backend<Cpu>);

}  // namespace trivet::hal
