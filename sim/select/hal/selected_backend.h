#pragma once

#include "sim/sim_backend.h"

namespace trivet::hal {
using SelectedBackend = sim::SimBackend;
}
