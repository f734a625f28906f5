// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "sim/pe/sim_backend.h"

namespace trivet::hal {
using SelectedBackend = sim::SimBackend;
}
