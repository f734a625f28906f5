#pragma once

#include "sim/pe/sim_backend.h"

namespace trivet::hal {
using SelectedBackend = sim::SimBackend;
}
