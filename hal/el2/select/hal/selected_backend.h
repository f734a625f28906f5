#pragma once

#include "hal/el2/el2_backend.h"

namespace trivet::hal {
using SelectedBackend = El2Backend;
}
