// SPDX-License-Identifier: Apache-2.0 OR MIT
#pragma once

#include "hal/el2/el2_backend.h"

namespace trivet::hal {
using SelectedBackend = El2Backend;
}
